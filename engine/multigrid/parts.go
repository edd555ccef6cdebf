package multigrid

import (
	"fmt"
	"math"
)

// parts are the pieces of the grid that no open face joins. Those without any sink
// float: their level is free.
type parts struct {
	of       []int32 // part of each voxel; nil where all are one
	floating []bool
	any      bool // of them floats
	voxels   []float64
	first    []int // a voxel of each
	mean     []float64
	sum, abs []float64
}

// balance is how far, relative to the sum of their sizes, the sources of a floating
// part may be from summing to 0: rounding.
const balance = 1e-9

func newParts(l *level) parts {
	n := len(l.u)
	var p parts
	if l.broken() {
		p.of = l.joinedVoxels()
	}
	for i := range n {
		if part := p.part(i); part == len(p.first) {
			p.first, p.voxels = append(p.first, i), append(p.voxels, 0)
		}
		p.voxels[p.part(i)]++
	}
	p.floating = make([]bool, len(p.first))
	p.mean, p.sum, p.abs = make([]float64, len(p.first)), make([]float64, len(p.first)), make([]float64, len(p.first))
	return p
}

// broken reports whether some face may be closed.
func (l *level) broken() bool {
	for axis, n := range l.shape {
		if n > 1 && (l.faces[axis] != nil || l.weights[axis] == 0) {
			return true
		}
	}
	return false
}

// joinedVoxels numbers the parts in the order of their first voxels.
func (l *level) joinedVoxels() []int32 {
	of := make([]int32, len(l.u)) // a voxel of the same part, at most its own number
	for i := range of {
		of[i] = int32(i)
	}
	root := func(i int32) int32 {
		for of[i] != i {
			of[i] = of[of[i]]
			i = of[i]
		}
		return i
	}
	for axis := range 3 {
		l.eachFace(axis, func(above, below [3]int, t float64) {
			if t > 0 {
				a, b := root(int32(l.number(above))), root(int32(l.number(below)))
				of[max(a, b)] = min(a, b)
			}
		})
	}
	next := int32(0)
	for i, voxel := range of {
		if int(voxel) == i {
			of[i] = next
			next++
		} else {
			of[i] = of[voxel]
		}
	}
	return of
}

func (p *parts) part(voxel int) int {
	if p.of == nil {
		return 0
	}
	return int(p.of[voxel])
}

func (p *parts) setSink(sink []float64) {
	for i := range p.floating {
		p.floating[i] = true
	}
	for i, k := range sink {
		if k > 0 {
			p.floating[p.part(i)] = false
		}
	}
	p.any = false
	for _, floating := range p.floating {
		p.any = p.any || floating
	}
}

// check reports the first floating part whose sources do not sum to 0.
func (p *parts) check(source []float64) error {
	if !p.any {
		return nil
	}
	clear(p.sum)
	clear(p.abs)
	for i, s := range source {
		p.sum[p.part(i)] += s
		p.abs[p.part(i)] += math.Abs(s)
	}
	for i, floating := range p.floating {
		if floating && math.Abs(p.sum[i]) > balance*p.abs[i] {
			return fmt.Errorf("multigrid: sources sum to %g in the part of the grid around voxel %d, which has no sink: they must sum to 0",
				p.sum[i], p.first[i])
		}
	}
	return nil
}

// remember keeps the means of u.
func (p *parts) remember(u []float64) {
	if p.any {
		p.means(u, p.mean)
	}
}

// restore gives the floating parts of u the means that were remembered.
func (p *parts) restore(u []float64) {
	if !p.any {
		return
	}
	p.means(u, p.sum)
	for i := range u {
		if part := p.part(i); p.floating[part] {
			u[i] += p.mean[part] - p.sum[part]
		}
	}
}

func (p *parts) means(u, means []float64) {
	clear(means)
	for i, v := range u {
		means[p.part(i)] += v
	}
	for i := range means {
		means[i] /= p.voxels[i]
	}
}
