package engine

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// GPUSolver is Solver in float32 on a device: one R32F texture per substrate and
// three more for the stages of a step.
type GPUSolver struct {
	*Integrator
	device   *gpu.Device
	programs map[programKey]*kernels
}

var _ Solver = (*GPUSolver)(nil)

// NewGPUSolver prepares a model on a device. Memory and limits are checked before
// anything is allocated. Close frees what it took; the device stays open.
func NewGPUSolver(d *gpu.Device, m *tissue.Model, o Options) (*GPUSolver, error) {
	s := &GPUSolver{device: d, programs: map[programKey]*kernels{}}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if need, free := deviceBytes(m, o.Scheme), d.Info().MemoryBytes; free > 0 && need > free {
		return nil, fmt.Errorf("engine: the model needs %.1f GiB of device memory, %s has %.1f GiB free; use larger voxels, or fewer substrates or tags",
			gibibytes(need), d.Info().Renderer, gibibytes(free))
	}
	in, err := NewIntegrator(m, o, func(g Group) (Stepper, error) { return s.newStepper(g, o.Scheme) })
	if err != nil {
		return nil, errors.Join(err, s.freePrograms())
	}
	s.Integrator = in
	return s, nil
}

func gibibytes(n int64) float64 { return float64(n) / (1 << 30) }

// deviceBytes returns the device memory a scheme is sure to take.
func deviceBytes(m *tissue.Model, scheme Scheme) int64 {
	if scheme == Implicit || scheme == Steady {
		return GPUMemory(m) + GPUImplicitMemory(m, scheme)
	}
	return GPUMemory(m)
}

// GPUMemory returns the device memory a valid model takes, bytes: four fields, the
// columns' sums, and what the cells and held walls need, for every substrate and tag. It is
// exact where no two cells share a voxel and fluid rests, and a little more than it takes
// elsewhere;
// scheme LOD takes 16 bytes per line of the grid's largest face and 4 per cell besides,
// coupling cloud more for the voxels that cells touch and for their neighbours, and
// implicit steps what GPUImplicitMemory says.
func GPUMemory(m *tissue.Model) int64 {
	columns := columnShape(m.Grid, sumChunk)
	trials := (columns[0] + 1) * columns[1] * columns[2] * trialFloats // of columns and rows
	field := m.Grid.Voxels()*4*4 + mosaicBytes(m) + (trials+volume(columnShape(m.Grid, stencilChunk(mosaicBytes(m) > 0))))*4
	present := m.Cells.Count(len(m.CellTypes))
	total := 0
	labels := m.Labels()
	laws := newSurfaceLaws(m, PlainCoupling, labels)
	for s := range m.Substrates {
		id := tissue.SubstrateID(s)
		tags := 0
		if a, ok := m.Attributed(id); ok {
			tags = 1 + len(m.Senders(a))
		}
		walls := newWalls(m, id, 0, newMosaic(m, id, labels, nil)) // in fluid at rest
		total += (1 + tags) * (field + (len(walls.Sites)+flowSites(m, labels))*siteBytes)
		for _, b := range walls.Body {
			total += len(b.Voxel) * bodySiteBytes
		}
		for t, cells := range present {
			law, ok, _ := laws.Law(tissue.CellTypeID(t), id)
			switch {
			case laws.inCohort(m.CellTypes[t], id):
				total += cells * meetingBytes(tags, len(m.CellTypes[t].Carriers(id)))
			case ok && law.MaxUptake > 0:
				total += cells * (lawBytes + plainMeetingBytes(tags))
			case ok && law.Secretion > 0:
				total += cells * (siteBytes + plainMeetingBytes(tags))
			case ok:
				total += (1 + tags) * cells * siteBytes
			}
		}
	}
	if m.Body != nil {
		total += bodyParts * 4
	}
	for t, cells := range present {
		total += laws.cohortMemory(m.CellTypes[t], cells)
	}
	return int64(total)
}

// cohortMemory is what the cells of a type take as a cohort, bytes.
func (laws SurfaceLaws) cohortMemory(t tissue.CellType, cells int) int {
	fluids := 0
	for s := range laws.model.Substrates {
		if id := tissue.SubstrateID(s); laws.inCohort(t, id) && (t.Exchanges(id) || t.Senses(id)) {
			fluids++
		}
	}
	if fluids+len(t.Variables) == 0 {
		return 0
	}
	return cohortBytes(cells, len(t.Variables), fluids)
}

// mosaicBytes is what labels and tables take per substrate.
func mosaicBytes(m *tissue.Model) int {
	if len(m.Regions) == 0 && m.Flow == nil {
		return 0
	}
	labels := len(m.Regions) + 1
	bytes := (m.Grid.Voxels()+3)/4*4 + labels*(labels+5)*4
	if m.Flow != nil {
		bytes += flowAxes(m.Grid) * m.Grid.Voxels() * 8
	}
	return bytes
}

// flowSites returns how many voxels at most fluid enters or leaves by other ways than
// the faces between them.
func flowSites(m *tissue.Model, labels []uint8) int {
	if m.Flow == nil {
		return 0
	}
	sites := 0
	for axis, n := range m.Grid.Shape {
		if !periodicAlong(m, axis) {
			sites += 2 * m.Grid.Voxels() / n
		}
	}
	for i, r := range m.Regions {
		if r.Leak != nil {
			sites += len(m.VesselSurface(i))
		}
	}
	for _, label := range labels {
		if label > 0 && m.Regions[label-1].Lymph != nil {
			sites++
		}
	}
	return min(sites, m.Grid.Voxels())
}

func (s *GPUSolver) newStepper(wanted Group, scheme Scheme) (Stepper, error) {
	g := newGPUGroup(s.device, wanted)
	err := s.device.Do(func(q *gpu.Queue) error {
		for _, st := range g.members {
			program, err := s.kernels(q, keyOf(st.Substrate, scheme))
			if err == nil {
				err = st.open(q, program, scheme)
			}
			if err != nil {
				g.free(q)
				return err
			}
		}
		if err := g.openReactions(q, wanted.Reactions); err != nil {
			return err
		}
		if err := g.openCohorts(q, wanted.Cohorts); err != nil {
			return err
		}
		if err := g.openBody(q, wanted.Body); err != nil {
			return err
		}
		return g.openTags(q, wanted)
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// kernels returns the programs for a key, compiled once.
func (s *GPUSolver) kernels(q *gpu.Queue, key programKey) (*kernels, error) {
	program, ok := s.programs[key]
	if !ok {
		var err error
		if program, err = newKernels(q, key); err != nil {
			return nil, err
		}
		s.programs[key] = program
	}
	return program, nil
}

// Density returns the texture that holds a substrate now, for painters that read it
// where it is. It is valid until the next Advance, Write, Restore or Close, which may put
// the density into another: ask again. It is read inside Device.Do alone, and written by
// nobody.
func (s *GPUSolver) Density(id tissue.SubstrateID) *gpu.Texture {
	return s.fields[id].member.(*gpuStepper).density
}

// Close frees textures, buffers and kernels. Closing twice is harmless.
func (s *GPUSolver) Close() error { return errors.Join(s.Integrator.Close(), s.freePrograms()) }

func (s *GPUSolver) freePrograms() error {
	programs := s.programs
	s.programs = nil
	if len(programs) == 0 {
		return nil
	}
	return s.device.Do(func(q *gpu.Queue) error {
		for _, program := range programs {
			program.free(q)
		}
		return nil
	})
}
