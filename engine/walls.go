package engine

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// newWalls returns what a substrate exchanges with everything that is neither cell
// nor neighbour voxel, at a time t, s: the faces of the box, voxels with a held
// density, vessels, perfused tissue and lymph. A wall between a voxel and a density c_w is a site
//
//	R α V dc/dt = k_in c_w − k_out c
//
// whose conductances, µm³/s, differ by the fluid that comes in, k_in − k_out = q A. A density held at a face
// lies half a voxel from the first centre, k = 2 α D V/Δx² in fluid at rest; a permeable
// face adds its resistance, 1/k = 1/(P A) + Δx²/(2 α D V) (inSeries); a held voxel is a
// whole voxel away (fitted); a vessel's wall of area A has k = P A (tissue.VesselExchange),
// and what leaks on top. Where c_w is that of the body, the site has what leaves and BodySites
// what comes in; where that responds to the body, BodySites have both.
func newWalls(m *tissue.Model, s tissue.SubstrateID, t float64, p *Mosaic) *Exchange {
	w := &walls{model: m, substrate: m.Substrates[s], id: s, mosaic: p, t: t, sites: map[int]*Site{}}
	w.capacity = capacityOf(m, s, p)
	w.faces()
	w.heldVoxels()
	w.vessels()
	w.perfusion()
	w.lymph()
	x := &Exchange{Capacity: w.capacity, Since: t}
	compartment, _ := m.InBlood(s)
	for _, p := range w.body {
		x.Body = append(x.Body, newBodySites(p, w.capacity, w.substrate.Unit.AmountPerVolume(), int(compartment)))
	}
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
	body      []bodyPassages
}

// bodyPassages are what voxels exchange with the body, times a response.
type bodyPassages struct {
	response tissue.Response
	at       map[int]bodyPassage // per voxel
}

// level is a density beyond a wall and its change, density/s, or that of a compartment
// of the body.
type level struct {
	density, slope float64
	body           bool
}

func levelAt(density float64, series *tissue.TimeSeries, t float64) level {
	if series == nil {
		return level{density: density}
	}
	return level{density: series.At(t), slope: series.Slope(t)}
}

func (w *walls) site(voxel int) *Site {
	if w.sites[voxel] == nil {
		w.sites[voxel] = &Site{Voxel: voxel}
	}
	return w.sites[voxel]
}

// add puts a wall of conductances k_in and k_out, µm³/s, before a voxel.
func (w *walls) add(voxel int, inward, outward float64, beyond level) {
	if inward == 0 && outward == 0 {
		return
	}
	scale := w.substrate.Unit.AmountPerVolume() / w.capacity.At(voxel)
	site := w.site(voxel)
	site.Sink += scale * outward
	site.Source += scale * inward * beyond.density
	site.Drift += scale * inward * beyond.slope
	if beyond.body {
		w.addBody(nil, voxel, inward, outward)
	}
}

// addBody puts what a voxel and the body exchange beside what they do with that response.
func (w *walls) addBody(response tissue.Response, voxel int, inward, outward float64) {
	i := slices.IndexFunc(w.body, func(p bodyPassages) bool { return p.response.Equal(response) })
	if i < 0 {
		i = len(w.body)
		w.body = append(w.body, bodyPassages{response, map[int]bodyPassage{}})
	}
	p := w.body[i].at[voxel]
	w.body[i].at[voxel] = bodyPassage{p.inward + inward, p.outward + outward}
}

// mobility returns α D of a voxel, µm²/s.
func (w *walls) mobility(voxel int) float64 {
	if w.mosaic == nil {
		return w.model.ExtracellularFraction * w.substrate.DiffusionCoefficient
	}
	return w.mosaic.Mobility[w.mosaic.Labels[voxel]]
}

func (w *walls) free(voxel int) bool { return w.mosaic == nil || w.mosaic.Free(voxel) }

// fluid returns how it flows; nil where it rests.
func (w *walls) fluid() *fluid {
	if w.mosaic == nil {
		return nil
	}
	return w.mosaic.fluid
}

func (w *walls) faces() {
	g := w.model.Grid
	for axis, faces := range w.substrate.Boundary {
		area := g.VoxelVolume() / g.Spacing[axis]
		for side, face := range faces {
			inward := w.fluid().inward(g, axis, side)
			if face.Kind == tissue.Periodic || face.Kind == tissue.NoFlux && inward == nil {
				continue
			}
			for k, voxel := range faceVoxels(g, axis, side) {
				q := 0.0
				if inward != nil {
					q = inward[k]
				}
				if w.free(voxel) {
					w.face(voxel, face, area, 2*w.mobility(voxel)/g.Spacing[axis], q)
				}
			}
		}
	}
}

// face lets a voxel meet a face of the box; half is the conductance of half a voxel
// per area, and q what flows in, µm/s.
func (w *walls) face(voxel int, face tissue.Boundary, area, half, q float64) {
	permeability, beyond := 0.0, level{}
	switch face.Kind {
	case tissue.Dirichlet:
		permeability, beyond = math.Inf(1), levelAt(face.Density, face.Series, w.t)
	case tissue.Robin:
		permeability, beyond = face.Permeability, levelAt(face.Density, face.Series, w.t)
	case tissue.Flux:
		if face.Flux > 0 && half > 0 {
			w.site(voxel).Source += face.Flux * area / w.capacity.At(voxel)
		}
	}
	inward, outward := inSeries(permeability, half, q)
	w.add(voxel, area*inward, area*outward, beyond)
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
		eachNeighbour(g, periodic, voxel, func(axis, neighbour, side int) {
			if !w.free(neighbour) {
				return
			}
			lower, upper := voxel, neighbour
			if side == 0 {
				lower, upper = neighbour, voxel
			}
			passage := w.mosaic.passage(g, axis, lower, upper)
			if side == 0 {
				passage.Carry = -passage.Carry
			}
			scale := g.VoxelVolume() / (g.Spacing[axis] * g.Spacing[axis])
			w.add(neighbour, scale*(passage.Conductance+max(passage.Carry, 0)), scale*(passage.Conductance+max(-passage.Carry, 0)), held[label])
		})
	}
}

func (w *walls) vessels() {
	for i, r := range w.model.Regions {
		permeability, blood, response := 0.0, level{}, tissue.Response(nil)
		for _, v := range r.Vessel {
			if v.Substrate == w.id {
				permeability, blood = v.Permeability, levelAt(v.BloodDensity, v.Series, w.t)
				if v.Compartment != nil {
					blood, response = level{body: true}, v.Response
				}
			}
		}
		var leak []float64
		if w.fluid() != nil {
			leak = w.fluid().leak[i]
		}
		if permeability == 0 && leak == nil {
			continue
		}
		for k, wall := range w.model.VesselSurface(i) {
			q := 0.0
			if leak != nil {
				q = leak[k]
			}
			if !w.free(wall.Voxel) {
				continue
			}
			through := permeability * wall.Area
			if response != nil {
				w.addBody(response, wall.Voxel, through, through)
				through = 0
			}
			w.add(wall.Voxel, through+max(q, 0), through+max(-q, 0), blood)
		}
	}
}

// perfusion lets tissue exchange with the body all through; see tissue.Perfusion.
func (w *walls) perfusion() {
	if w.model.Body == nil {
		return
	}
	volume := w.model.Grid.VoxelVolume()
	for _, p := range w.model.Body.Perfusion {
		if p.Substrate != w.id {
			continue
		}
		for voxel := range w.model.Grid.Voxels() {
			if w.free(voxel) && (p.Region == tissue.Everywhere || int(w.mosaic.Labels[voxel]) == p.Region+1) {
				through := volume * p.Exchange
				if p.Response != nil {
					w.addBody(p.Response, voxel, through, through)
					through = 0
				}
				w.add(voxel, through, through+volume*p.Drainage, level{body: true})
			}
		}
	}
}

// lymph takes substrates along with the fluid.
func (w *walls) lymph() {
	if w.fluid() == nil {
		return
	}
	for voxel, rate := range w.fluid().lymph {
		if w.free(voxel) {
			w.add(voxel, 0, rate*w.model.Grid.VoxelVolume(), level{})
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
// take it: forward Euler at the start of a step, a steady state at its end, RKC2 and SDIRK2
// exactly.
func (x *Exchange) moment(t, dt float64, n int, scheme Scheme) float64 {
	if !x.Drifts {
		return 0
	}
	steps, from := float64(n), t-x.Since
	switch scheme {
	case FTCS:
		return steps * dt * (from + dt*(steps-1)/2)
	case Steady:
		return steps * dt * (from + dt*steps)
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
