//go:build !(amd64 && goexperiment.simd)

package cpu

const lanes = 1

// vector is a block at work. The inner loops are written once: with GOEXPERIMENT=simd a
// vector is a register of four, see vector_amd64.go, without it a number. Densities come
// out the same, bit for bit; sums over a row have another order.
type vector float64

func all(v float64) vector { return vector(v) }

func load(b *block) vector { return vector(b[0]) }

func store(v vector, b *block) { b[0] = float64(v) }

func (v vector) Add(w vector) vector { return v + w }
func (v vector) Sub(w vector) vector { return v - w }
func (v vector) Mul(w vector) vector { return v * w }

// Min returns w where v is not less.
func (v vector) Min(w vector) vector {
	if v < w {
		return v
	}
	return w
}

// Max returns w where v is not larger.
func (v vector) Max(w vector) vector {
	if v > w {
		return v
	}
	return w
}

// vectorsRun returns an error where the processor lacks what vectors are made of.
func vectorsRun() error { return nil }

// leaveVectors ends a loop over vectors.
func leaveVectors() {}
