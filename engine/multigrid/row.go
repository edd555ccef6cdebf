package multigrid

import (
	"runtime"
	"sync"
)

const parallelFrom = 1 << 14 // voxels; fewer take less time than starting goroutines

// inParallel splits the rows of a pass among the processors.
func (l *level) inParallel(pass func(l *level, from, to int), rows int) {
	workers := processors(len(l.u), rows)
	if workers <= 1 {
		pass(l, 0, rows)
		return
	}
	share(workers, rows, func(from, to int) { pass(l, from, to) })
}

// processors returns among how many to split a pass.
func processors(voxels, rows int) int {
	if voxels < parallelFrom {
		return 1
	}
	return min(runtime.GOMAXPROCS(0), rows)
}

func share(workers, rows int, work func(from, to int)) {
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { work(rows*w/workers, rows*(w+1)/workers) })
	}
	wait.Wait()
}

// row is a row of voxels with the rows next to it and the faces between.
type row struct {
	own     []float64
	next    [4][]float64 // south, north, below, top
	wrapped bool         // its last voxel is the first's lower neighbour
	along   float64      // T between its own voxels, where faces is nil
	weights [4]float64   // T to next, 0 at walls, where faces is nil
	faces   []float64    // T with the lower neighbour in the row
	open    [4][]float64 // T to next
}

// find makes r row number y + Shape[1] z of u.
func (r *row) find(l *level, u []float64, number int) {
	nx := l.shape[0]
	r.own, r.wrapped, r.along = u[number*nx:][:nx], l.periodic[0], l.weights[0]
	varied := l.faces[0] != nil || l.faces[1] != nil || l.faces[2] != nil
	if varied {
		r.faces = l.facesOf(0, number)
	}
	at, stride := [2]int{number % l.shape[1], number / l.shape[1]}, [2]int{1, l.shape[1]}
	for i, axis := range [2]int{1, 2} {
		n := l.shape[axis]
		lower, upper := number-stride[i], number+stride[i]
		walls := [2]bool{at[i] == 0 && !l.periodic[axis], at[i] == n-1 && !l.periodic[axis]}
		switch { // beyond a wall is the row itself: another may be written meanwhile
		case walls[0]:
			lower = number
		case at[i] == 0:
			lower += n * stride[i]
		}
		switch {
		case walls[1]:
			upper = number
		case at[i] == n-1:
			upper -= n * stride[i]
		}
		r.next[2*i], r.next[2*i+1] = u[lower*nx:][:nx], u[upper*nx:][:nx]
		for side, wall := range walls {
			switch {
			case varied && wall:
				r.open[2*i+side] = l.wall
			case varied:
				r.open[2*i+side] = l.facesOf(axis, [2]int{number, upper}[side])
			case !wall:
				r.weights[2*i+side] = l.weights[axis]
			}
		}
	}
}

// facesOf returns T of a row with its lower neighbours along an axis.
func (l *level) facesOf(axis, number int) []float64 {
	if l.faces[axis] == nil {
		return l.wall
	}
	return l.faces[axis][number*l.shape[0]:][:l.shape[0]]
}

// span is the voxels from, from + step, ... below to of a row.
type span struct{ from, to, step int }

// neighbours writes Σ_f T_f u_j of the voxels of a row to out, which may be that row of
// u itself where they are not each other's neighbours.
func (l *level) neighbours(u, out []float64, number int, s span) {
	if l.wide() {
		l.linked(u, out, number, s)
		return
	}
	var r row
	r.find(l, u, number)
	n := len(r.own)
	first, last := s.from, min(s.to, n-1)
	if first == 0 {
		first = s.step
	}
	if first < last && r.faces == nil {
		r.alike(out, first, last, s.step)
	} else if first < last {
		r.varied(out, first, last, s.step)
	}
	if s.from == 0 && s.to > 0 {
		out[0] = r.end(0)
	}
	if n > 1 && s.to == n && s.from < n && (n-1-s.from)%s.step == 0 {
		out[n-1] = r.end(n - 1)
	}
}

// alike is neighbours within a row whose faces are weights. It knows its steps, 1 and
// 2, as the compiler then spares the checks of bounds.
func (r *row) alike(out []float64, from, to, step int) {
	n := to - from
	south, north, below, top := r.next[0][from:][:n], r.next[1][from:][:n], r.next[2][from:][:n], r.next[3][from:][:n]
	lower, upper := r.own[from-1:][:n], r.own[from+1:][:n]
	out = out[from:][:n]
	x, s, nn, b, t := r.along, r.weights[0], r.weights[1], r.weights[2], r.weights[3]
	if step == 1 {
		for i := range out {
			out[i] = x*(lower[i]+upper[i]) + (s*south[i] + nn*north[i]) + (b*below[i] + t*top[i])
		}
		return
	}
	for i := 0; i < n; i += 2 {
		out[i] = x*(lower[i]+upper[i]) + (s*south[i] + nn*north[i]) + (b*below[i] + t*top[i])
	}
}

// varied is alike where faces differ.
func (r *row) varied(out []float64, from, to, step int) {
	n := to - from
	south, north, below, top := r.next[0][from:][:n], r.next[1][from:][:n], r.next[2][from:][:n], r.next[3][from:][:n]
	toSouth, toNorth, toBelow, toTop := r.open[0][from:][:n], r.open[1][from:][:n], r.open[2][from:][:n], r.open[3][from:][:n]
	lower, upper, toLower, toUpper := r.own[from-1:][:n], r.own[from+1:][:n], r.faces[from:][:n], r.faces[from+1:][:n]
	out = out[from:][:n]
	if step == 1 {
		for i := range out {
			out[i] = (toLower[i]*lower[i] + toUpper[i]*upper[i]) +
				(toSouth[i]*south[i] + toNorth[i]*north[i]) + (toBelow[i]*below[i] + toTop[i]*top[i])
		}
		return
	}
	for i := 0; i < n; i += 2 {
		out[i] = (toLower[i]*lower[i] + toUpper[i]*upper[i]) +
			(toSouth[i]*south[i] + toNorth[i]*north[i]) + (toBelow[i]*below[i] + toTop[i]*top[i])
	}
}

// end is neighbours of the row's first or last voxel.
func (r *row) end(x int) float64 {
	n := len(r.own)
	lower, upper := 0.0, 0.0
	if x > 0 || r.wrapped {
		lower = r.face(x) * r.own[(x-1+n)%n]
	}
	if x < n-1 || r.wrapped {
		upper = r.face((x+1)%n) * r.own[(x+1)%n]
	}
	sum := lower + upper
	for side, next := range r.next {
		if r.faces == nil {
			sum += r.weights[side] * next[x]
		} else {
			sum += r.open[side][x] * next[x]
		}
	}
	return sum
}

func (r *row) face(x int) float64 {
	if r.faces == nil {
		return r.along
	}
	return r.faces[x]
}
