// Package validate runs closed forms and published models on a device and holds
// what it observes against the numbers they give.
//
// What is observed always comes from runs of the engine. Where a run cannot be
// the textbook's situation, infinite space for one, the case's Setup says how
// runs in several boxes or on several grids are put together.
package validate
