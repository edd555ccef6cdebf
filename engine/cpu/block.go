package cpu

import (
	"math"
	"slices"
	"unsafe"
)

// block is as many voxels of a row as the inner loops work on at once.
type block [lanes]float64

// blocks returns the first n blocks of a row.
func blocks(row []float64, n int) []block {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*block)(unsafe.Pointer(&row[:n*lanes][0])), n)
}

// inBlocks returns how many blocks a row has, and where the rest begins.
func inBlocks(row []float64) (n, rest int) { return len(row) / lanes, len(row) / lanes * lanes }

// total ends a loop over vectors with the sum of the lanes of one.
func total(v vector) float64 {
	var b block
	store(v, &b)
	leaveVectors()
	return b.total()
}

func (b *block) total() (sum float64) {
	for _, v := range b {
		sum += v
	}
	return sum
}

// sum adds up a row.
func sum(row []float64) float64 {
	n, rest := inBlocks(row)
	var sum vector
	in := blocks(row, n)
	for i := range in {
		sum = sum.Add(load(&in[i]))
	}
	s := total(sum)
	for _, v := range row[rest:] {
		s += v
	}
	return s
}

// add adds a row to another.
func add(row, to []float64) {
	n, rest := inBlocks(to)
	from, out := blocks(row, n), blocks(to, n)
	for i := range out {
		store(load(&out[i]).Add(load(&from[i])), &out[i])
	}
	leaveVectors()
	for x := rest; x < len(to); x++ {
		to[x] += row[x]
	}
}

// stock returns Σ c, Σ c², the least and the largest c of a row.
func stock(row []float64) (sum, norm2, least, most float64) {
	n, rest := inBlocks(row)
	var s, s2 vector
	low, high := all(math.Inf(1)), all(math.Inf(-1))
	in := blocks(row, n)
	for i := range in {
		c := load(&in[i])
		s, s2, low, high = s.Add(c), s2.Add(c.Mul(c)), low.Min(c), high.Max(c)
	}
	var sums, norms, lows, highs block
	store(s, &sums)
	store(s2, &norms)
	store(low, &lows)
	store(high, &highs)
	leaveVectors()
	sum, norm2, least, most = sums.total(), norms.total(), slices.Min(lows[:]), slices.Max(highs[:])
	for _, c := range row[rest:] {
		sum, norm2, least, most = sum+c, norm2+c*c, min(least, c), max(most, c)
	}
	return sum, norm2, least, most
}

// defect2 returns Σ (c₁ − c₀ − half (F₀ + F₁))² of rows.
func defect2(half float64, before, after, rateBefore, rateAfter []float64) float64 {
	n, rest := inBlocks(before)
	c0, c1, f0, f1 := blocks(before, n), blocks(after, n), blocks(rateBefore, n), blocks(rateAfter, n)
	h := all(half)
	var sum vector
	for i := range c0 {
		defect := load(&c1[i]).Sub(load(&c0[i])).Sub(h.Mul(load(&f0[i]).Add(load(&f1[i]))))
		sum = sum.Add(defect.Mul(defect))
	}
	s := total(sum)
	for x := rest; x < len(before); x++ {
		defect := after[x] - before[x] - half*(rateBefore[x]+rateAfter[x])
		s += defect * defect
	}
	return s
}
