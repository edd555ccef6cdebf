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
