package engine

import "math"

// SDIRK2Gamma is γ of SDIRK2, the second-order singly diagonally implicit Runge-Kutta
// scheme of two stages (Alexander, SIAM J. Numer. Anal. 14 (1977) 1006),
//
//	Y₁ = c₀ + γ dt F(Y₁, t + γ dt)
//	Y₂ = c₀ + (1 − γ) dt F(Y₁, t + γ dt) + γ dt F(Y₂, t + dt),  c₁ = Y₂
//
// with the root of γ² − 2γ + 1/2 at which it is L-stable: of a wave that decays at
// rate k a step leaves
//
//	R(z) = (1 + (1 − 2γ) z)/(1 − γ z)²,  z = −k dt
//
// which goes to 0 as k dt grows. Below z = −2.4 it is negative, −0.21 at most.
const SDIRK2Gamma = 1 - 1/math.Sqrt2

// sdirk2Error is what the filtered defect of a step (Stepper.TryImplicit) is multiplied
// by for its error. For y' = k y the defect is −γ²/2 z³/(1 − γ z)² y, and the error of
// a short step, whose filter is 1, (2γ³ − 3γ² + 1/6) z³ y.
const sdirk2Error = (3*SDIRK2Gamma*SDIRK2Gamma - 2*SDIRK2Gamma*SDIRK2Gamma*SDIRK2Gamma - 1./6) / (SDIRK2Gamma * SDIRK2Gamma / 2)

const (
	// stageTolerance is the residual of a stage as a share of the relative tolerance.
	stageTolerance = 0.1
	// cycleSweeps is what a cycle of multigrid costs in sweeps of RKC2.
	cycleSweeps = 7
	// implicitSweeps is what a step of SDIRK2 costs: two cycles for each stage, one for
	// the error, half a one for a new dt, and a few passes.
	implicitSweeps = 5.5*cycleSweeps + 4
)

// stepsImplicitly reports whether a step of a group is one of SDIRK2: in scheme Implicit
// always, in Adaptive where RKC2 would cost more, if the device can.
func (in *Integrator) stepsImplicitly(g *group, dt float64) bool {
	if in.options.Scheme == Implicit {
		return true
	}
	return in.mayStepImplicitly(g) && float64(RKC2Stages(dt, g.bound())) > implicitSweeps
}

// mayStepImplicitly reports whether a group is one substrate without reactions, body or
// tags, in fluid at rest, and whether its steps may be shortened where SDIRK2 undershoots:
// fixed ones are RKC2's.
func (in *Integrator) mayStepImplicitly(g *group) bool {
	return in.options.TimeStep == 0 && !g.reacts && len(g.tagged) == 0 && g.body == nil && in.model.Flow == nil
}

// attempt is a step that has been tried.
type attempt struct {
	trials   []Trial
	constant float64 // of the error: what the root of Defect2 is multiplied by
	implicit bool
	stages   int
}

// try makes candidates dt, s, on.
func (in *Integrator) try(g *group, dt float64) (a attempt, err error) {
	if in.stepsImplicitly(g, dt) {
		a.implicit, a.stages, a.constant = true, 2, sdirk2Error
		if a.trials, err = g.stepper.TryImplicit(g.time, dt, stageTolerance*in.options.RelativeTolerance); err != nil {
			return a, err
		}
		in.stats.Cycles += int64(a.trials[0].Cycles)
		in.stats.Sweeps++ // the rate of the candidate
		return a, nil
	}
	scheme := in.scheme(RKC2Stages(dt, g.bound()))
	a.stages, a.constant = len(scheme.Stages)+1, 12*scheme.ErrorConstant
	if a.trials, err = g.stepper.Try(g.time, dt, scheme); err != nil {
		return a, err
	}
	in.stats.Sweeps += int64(len(g.fields) * (len(scheme.Stages) + 1))
	return a, nil
}
