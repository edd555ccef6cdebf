// Package engine says how a tissue evolves: the integrator with its schemes and
// step control, the exchange of cells with the grid, the ledger, the solver on
// the GPU, and the Simulation that carries a model through time.
//
// Every substrate obeys, with the symbols of tissue.Substrate and Exchange,
//
//	α ∂c/∂t = ∇·(α D ∇c) − α λ c + Σ_cells J_cell
//
// and is advanced by the method of lines: second-order finite volumes in space,
// one Runge-Kutta scheme for diffusion, decay and every cell term together. Scheme
// LOD, which splits them, is there to reproduce BioFVM and to be compared with.
// Package engine/cpu holds the same equations in float64.
package engine
