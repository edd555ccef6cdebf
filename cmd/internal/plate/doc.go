// Package plate makes the figures of panels that scenarios and figure files ask for: it
// takes what a panel shows from a run, while that goes on or from its directory, and
// composes it for render/figure.
package plate

// InputError marks what the user can mend.
type InputError struct{ error }

// Unwrap returns what is wrong.
func (e InputError) Unwrap() error { return e.error }
