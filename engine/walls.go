package engine

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// NewWalls returns what a substrate exchanges with everything that is neither cell
// nor neighbour voxel, at a time t, s: the faces of the box, voxels with a held
// density, and vessels. A wall of conductance k, µm³/s, between a voxel and a density
// c_w is a site
//
//	R α V dc/dt = k (c_w − c)
//
// A density held at a face lies half a voxel from the first centre, k = 2 α D V/Δx²;
// a permeable face adds its resistance, 1/k = 1/(P A) + Δx²/(2 α D V); a held voxel is
// a whole voxel away; a vessel's wall of area A has k = P A (tissue.VesselExchange).
func NewWalls(m *tissue.Model, s tissue.SubstrateID, t float64) *Exchange {
	return newWalls(m, s, t, newMosaic(m, s, m.Labels()))
}

func newWalls(m *tissue.Model, s tissue.SubstrateID, t float64, p *Mosaic) *Exchange {
	w := &walls{model: m, substrate: m.Substrates[s], id: s, mosaic: p, t: t, sites: map[int]*Site{}}
	w.capacity = capacityOf(m, s, p)
	w.faces()
	w.heldVoxels()
	w.vessels()
	x := &Exchange{Capacity: w.capacity, Since: t}
	for _, site := range w.sites {
		x.Sites = append(x.Sites, *site)
		x.Drifts = x.Drifts || site.Drift != 0
	}
	slices.SortFunc(x.Sites, func(a, b Site) int { return a.Voxel - b.Voxel })
	return x
}

// walls collects sites.
type walls struct {
	model     *tissue.Model
	substrate tissue.Substrate
	id        tissue.SubstrateID
	mosaic    *Mosaic // nil in uniform tissue
	capacity  Capacity
	t         float64 // s
	sites     map[int]*Site
}

// level is a density beyond a wall and its change, density/s.
type level struct{ density, slope float64 }

func levelAt(density float64, series *tissue.TimeSeries, t float64) level {
	if series == nil {
		return level{density: density}
	}
	return level{series.At(t), series.Slope(t)}
}

func (w *walls) site(voxel int) *Site {
	if w.sites[voxel] == nil {
		w.sites[voxel] = &Site{Voxel: voxel}
	}
	return w.sites[voxel]
}

// add puts a wall of a conductance, µm³/s, before a voxel.
func (w *walls) add(voxel int, conductance float64, beyond level) {
	if conductance == 0 {
		return
	}
	rate := conductance * w.substrate.Unit.AmountPerVolume() / w.capacity.At(voxel)
	site := w.site(voxel)
	site.Sink += rate
	site.Source += rate * beyond.density
	site.Drift += rate * beyond.slope
}

// mobility returns α D of a voxel, µm²/s.
func (w *walls) mobility(voxel int) float64 {
	if w.mosaic == nil {
		return w.model.ExtracellularFraction * w.substrate.DiffusionCoefficient
	}
	return w.mosaic.Mobility[w.mosaic.Labels[voxel]]
}

func (w *walls) free(voxel int) bool { return w.mosaic == nil || w.mosaic.Free(voxel) }

func (w *walls) faces() {
	g := w.model.Grid
	for axis, faces := range w.substrate.Boundary {
		area := g.VoxelVolume() / g.Spacing[axis]
		for side, face := range faces {
			if face.Kind == tissue.NoFlux || face.Kind == tissue.Periodic {
				continue
			}
			for _, voxel := range faceVoxels(g, axis, side) {
				if mobility := w.mobility(voxel); w.free(voxel) && mobility > 0 {
					w.face(voxel, face, area, 2*mobility*area/g.Spacing[axis])
				}
			}
		}
	}
}

// face lets a voxel meet a face of the box; half is the conductance of half a voxel.
func (w *walls) face(voxel int, face tissue.Boundary, area, half float64) {
	beyond := levelAt(face.Density, face.Series, w.t)
	switch face.Kind {
	case tissue.Dirichlet:
		w.add(voxel, half, beyond)
	case tissue.Robin:
		if through := face.Permeability * area; through > 0 {
			w.add(voxel, 1/(1/through+1/half), beyond)
		}
	case tissue.Flux:
		if face.Flux > 0 {
			w.site(voxel).Source += face.Flux * area / w.capacity.At(voxel)
		}
	}
}

// heldVoxels lets the neighbours of voxels with a held density exchange with it, and
// makes held densities follow their series.
func (w *walls) heldVoxels() {
	if w.mosaic == nil {
		return
	}
	held := make([]level, len(w.mosaic.Held))
	for i, r := range w.model.Regions {
		for _, h := range r.Held {
			if h.Substrate == w.id {
				held[i+1] = levelAt(h.Density, h.Series, w.t)
			}
		}
	}
	g, periodic := w.model.Grid, periodicAxes(w.substrate.Boundary)
	for voxel, label := range w.mosaic.Labels {
		if !w.mosaic.Held[label] {
			continue
		}
		if slope := held[label].slope; slope != 0 {
			w.site(voxel).Source += slope
		}
		eachNeighbour(g, periodic, voxel, func(axis, neighbour, _ int) {
			if w.free(neighbour) {
				h := g.Spacing[axis]
				w.add(neighbour, w.mosaic.face(voxel, neighbour)*g.VoxelVolume()/(h*h), held[label])
			}
		})
	}
}

func (w *walls) vessels() {
	for i, r := range w.model.Regions {
		for _, v := range r.Vessel {
			if v.Substrate != w.id || v.Permeability == 0 {
				continue
			}
			blood := levelAt(v.BloodDensity, v.Series, w.t)
			for _, wall := range w.model.VesselSurface(i) {
				if w.free(wall.Voxel) {
					w.add(wall.Voxel, v.Permeability*wall.Area, blood)
				}
			}
		}
	}
}

// nextKnot returns the first time after t at which what lies beyond a wall of a
// substrate stops changing in a straight line, s; +Inf where it never does.
func nextKnot(m *tissue.Model, s tissue.SubstrateID, t float64) float64 {
	next := math.Inf(1)
	see := func(series *tissue.TimeSeries) {
		if series != nil {
			next = min(next, series.Next(t))
		}
	}
	for _, faces := range m.Substrates[s].Boundary {
		see(faces[0].Series)
		see(faces[1].Series)
	}
	for _, r := range m.Regions {
		for _, h := range r.Held {
			if h.Substrate == s {
				see(h.Series)
			}
		}
		for _, v := range r.Vessel {
			if v.Substrate == s {
				see(v.Series)
			}
		}
	}
	return next
}

// startDensities fills a field with a substrate's initial density, and with its held ones
// at a time t, s, where they are.
func startDensities(m *tissue.Model, s tissue.SubstrateID, labels []uint8, t float64, dst []float64) {
	start := m.Substrates[s].InitialDensity
	held := make([]float64, len(m.Regions)+1)
	for i := range held {
		held[i] = start
	}
	for i, r := range m.Regions {
		for _, h := range r.Held {
			if h.Substrate == s {
				held[i+1] = h.DensityAt(t)
			}
		}
	}
	for i := range dst {
		dst[i] = start
		if labels != nil {
			dst[i] = held[labels[i]]
		}
	}
}

// moment returns ∫(t − Since) dt over n steps of dt from a time t, s², as the schemes
// take it: forward Euler at the start of a step, RKC2 exactly.
func (x *Exchange) moment(t, dt float64, n int, scheme Scheme) float64 {
	if !x.Drifts {
		return 0
	}
	steps, from := float64(n), t-x.Since
	if scheme == FTCS {
		return steps * dt * (from + dt*(steps-1)/2)
	}
	return steps * dt * (from + dt*steps/2)
}

func faceVoxels(g tissue.Grid, axis, side int) []int {
	low, high := [3]int{}, g.Shape
	if side == 0 {
		high[axis] = 1
	} else {
		low[axis] = g.Shape[axis] - 1
	}
	var voxels []int
	for z := low[2]; z < high[2]; z++ {
		for y := low[1]; y < high[1]; y++ {
			for x := low[0]; x < high[0]; x++ {
				voxels = append(voxels, g.Index(x, y, z))
			}
		}
	}
	return voxels
}
