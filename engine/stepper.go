package engine

import (
	"gonum.org/v1/gonum/spatial/r3"
)

// Stepper is a group of substrates on one device: what a scheme asks of the
// hardware. It holds the densities c and, between steps, their rates F(c, t). All
// members go through the stages of a step together; the trials it returns are one per
// member, and its own until the next call.
type Stepper interface {
	// Members are the substrates of the group, in its order, and behind them the tags of
	// every Group.Tagged.
	Members() []Member
	// Cohorts are those of the group, in its order.
	Cohorts() []CohortMember
	// Tags are Group.Tagged, in its order.
	Tags() []TagMember
	// EvaluateRate makes F(c, t) valid after a density, a state or an exchange changed. Of
	// the trials only Reacting and Steepness count.
	EvaluateRate(t float64) ([]Trial, error)
	// Try makes candidates for the densities and states from t, s, to t + dt and leaves both
	// untouched.
	Try(t, dt float64, scheme *RKC2) ([]Trial, error)
	// TryImplicit does what Try does by a step of SDIRK2. In place of the defect D its
	// trials have, of F linearised as in the last stage, (1 − γ dt ∂F/∂c)⁻¹ D: stiff waves
	// weigh as much there as in the error (Hosea & Shampine, Appl. Numer. Math. 20 (1996) 21).
	// The stages are solved to a residual, relative to their right-hand sides, of at most
	// the tolerance, but Σ R α (Y − c₀) is exact in both. It and Settle are called for a group
	// of one substrate that takes part in no reaction and has no cohort.
	TryImplicit(t, dt, tolerance float64) ([]Trial, error)
	// Settle makes candidates of the densities at which F(c, t + dt) is 0 for free
	// voxels, from c. Their integrals are those of dt at these densities; there is no defect.
	Settle(t, dt float64) ([]Trial, error)
	// Accept makes the candidates of the last Try, TryImplicit or Settle the densities,
	// and books the step's integrals.
	Accept(dt float64) error
	// Euler takes n forward-Euler steps from t, s, at once and books their integrals.
	Euler(t, dt float64, n int) ([]Trial, error)
	// LOD takes n steps of the split scheme at once and books their integrals: sweeps
	// along the axes, then the cells. Held walls belong to the sweeps.
	LOD(dt float64, n int) ([]Trial, error)
	Close() error
}

// Member is one substrate of a Stepper.
type Member interface {
	// Measure sums the density as it stands.
	Measure() (Trial, error)
	// Integrals returns the time integrals booked since the last call.
	Integrals() (Integrals, error)
	// Replace takes new exchanges; integrals not yet fetched are lost.
	Replace(cells, walls *Exchange) error

	Read(dst []float64) error
	// ReadLayer does what Solver.ReadLayer does; what it is given fits the grid.
	ReadLayer(axis, index int, dst []float64) error
	// ReadProjection does what Solver.ReadProjection does; what it is given fits the grid.
	ReadProjection(axis int, how Projection, dst []float64) error
	// ReadDefect copies c₁ − c₀ − dt/2 (F(c₀) + F(c₁)) of the step of RKC2 that was accepted
	// last, of dt seconds, in a layer as ReadLayer does.
	ReadDefect(axis, index int, dt float64, dst []float64) error
	// ReadCandidate copies what the last Try, TryImplicit, Settle, Euler or LOD made, for
	// the report of a failure.
	ReadCandidate(dst []float64) error
	Write(src []float64) error
	Gather(at []r3.Vec, density []float64, gradient []r3.Vec) error
}

// Trial is what a step's reductions say; sums run over voxels.
type Trial struct {
	Defect2 float64 // Σ (c₁ − c₀ − dt/2 (F(c₀) + F(c₁)))², c₁ the candidate; filtered by TryImplicit
	Norm2   float64 // Σ c₁²
	Sum     float64 // Σ c₁; in a mosaic Σ R α c₁
	Loss    float64 // what decays a second: λ/R Σ c₁; in a mosaic Σ α λ c₁
	Min     float64
	Max     float64
	// Decayed is ∫ Loss dt over the step by the scheme's weights, less dt times that
	// of c₀ for Try, TryImplicit and Settle: of Σ_j w_j (Y_j − c₀) dt. Euler and LOD
	// give the whole.
	Decayed   float64
	Reacting  float64 // what reactions make a second: Σ rate/R; in a mosaic Σ α rate
	Reacted   float64 // ∫ Reacting dt, as Decayed
	Steepness float64 // bound of the Jacobian of reactions and cohorts, of all members the same, 1/s
	Cycles    int     // of multigrid: TryImplicit and Settle
	// Inflow is Σ of what came in through held walls, where sweeps book it: LOD.
	Inflow float64
}
