package life

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// purpose keeps the random numbers of one step apart.
type purpose uint64

const (
	ofFate purpose = iota + 1
	ofWalk
	ofBirth
	ofKey
	ofPush
	ofSpells
	ofCapture

	purposes = 16 // room for them, so that a number may go with one
)

// golden is 2⁶⁴ over the golden ratio, the increment of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA, p. 453).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// stream is the SplitMix64 sequence of one cell, step and purpose.
type stream uint64

func newStream(key, step uint64, p purpose) stream {
	return stream(mix(mix(key+golden*uint64(p)) + golden*step))
}

func (s *stream) next() uint64 {
	*s += golden
	return mix(uint64(*s))
}

// uniform returns a number between 0 and 1, neither included.
func (s *stream) uniform() float64 { return (float64(s.next()>>11) + 0.5) * 0x1p-53 }

// direction returns a direction, all alike, in the plane of a planar grid.
func (s *stream) direction(planar bool) r3.Vec {
	sin, cos := math.Sincos(2 * math.Pi * s.uniform())
	if planar {
		return r3.Vec{X: cos, Y: sin}
	}
	z := 2*s.uniform() - 1
	r := math.Sqrt(1 - z*z)
	return r3.Vec{X: r * cos, Y: r * sin, Z: z}
}

// firstKey returns the key of a cell that was not born here.
func firstKey(seed, id uint64) uint64 { return mix(mix(seed+golden) + golden*id) }
