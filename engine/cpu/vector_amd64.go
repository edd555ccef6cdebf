//go:build goexperiment.simd

package cpu

import (
	"errors"
	"simd/archsimd"
)

const lanes = 4

type vector = archsimd.Float64x4

func all(v float64) vector { return archsimd.BroadcastFloat64x4(v) }

func load(b *block) vector { return archsimd.LoadFloat64x4((*[lanes]float64)(b)) }

func store(v vector, b *block) { v.Store((*[lanes]float64)(b)) }

func vectorsRun() error {
	if !archsimd.X86.AVX() {
		return errors.New("cpu: built with GOEXPERIMENT=simd, which wants a processor with AVX; build without")
	}
	return nil
}

// leaveVectors ends a loop over vectors: it clears the upper halves of the registers, which instructions of the lower
// halves alone would wait for.
func leaveVectors() { archsimd.ClearAVXUpperBits() }
