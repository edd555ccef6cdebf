package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// fails asserts an error of a kind that says all that is asked of it.
func fails(t *testing.T, err, kind error, says ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if kind != nil && !errors.Is(err, kind) {
		t.Errorf("%v: want %v", err, kind)
	}
	for _, words := range says {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%q does not say %q", err, words)
		}
	}
}

// A density that is not a number stops the run, which says of what, where and
// when; what there is can still be read, and a sound density goes on.
func TestRunStopsWhereADensityIsNotFinite(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, o := range schemes() {
			for _, broken := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				for _, place := range [][3]int{{4, 5, 6}, {0, 0, 0}, {8, 9, 10}} {
					if testing.Short() && !(math.IsNaN(broken) && place[0] == 4) {
						continue
					}
					t.Run(fmt.Sprintf("%s%v/%v/%v", o.Scheme, o.TimeStep, broken, place), func(t *testing.T) {
						m := populate(solid([3]int{9, 10, 11}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
						s := d.solver(t, m, o)
						advance(t, s, 40)
						sound := read(t, s, m.Grid, 0)
						f := tissue.NewField(m.Grid)
						copy(f.Values, sound.Values)
						f.Set(place[0], place[1], place[2], broken)
						write(t, s, 0, f)
						_, err := s.Advance(context.Background(), 100)
						centre := m.Grid.Centre(place[0], place[1], place[2])
						fails(t, err, engine.ErrNotFinite, `"IL-2"`, "t = 40 s", fmt.Sprintf("at (%g, %g, %g) µm", centre.X, centre.Y, centre.Z))
						left := read(t, s, m.Grid, 0)
						if c := left.At(place[0], place[1], place[2]); !math.IsNaN(c) && !math.IsInf(c, 0) {
							t.Errorf("the broken voxel reads %g", c)
						}
						if s.Time() != 40 {
							t.Errorf("stopped at %g s, want 40 s", s.Time())
						}

						write(t, s, 0, sound)
						advance(t, s, 100)
						undisturbed := d.solver(t, m, o)
						advance(t, undisturbed, 40)
						write(t, undisturbed, 0, sound)
						advance(t, undisturbed, 100)
						if apart := farthest(read(t, s, m.Grid, 0).Values, read(t, undisturbed, m.Grid, 0).Values); apart != 0 {
							t.Errorf("after the repair it is %.3g from a run without the fault", apart)
						}
					})
				}
			}
		}
	})
}

// No step makes a hole of −1 positive at once: the control goes down to its
// smallest step, then stops.
func TestRunStopsWhereADensityStaysNegative(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, o := range schemes() {
			t.Run(fmt.Sprintf("%s%v", o.Scheme, o.TimeStep), func(t *testing.T) {
				m := solid([3]int{9, 10, 11})
				s := d.solver(t, m, o)
				advance(t, s, 40)
				f := read(t, s, m.Grid, 0)
				f.Set(4, 5, 6, -100)
				write(t, s, 0, f)
				_, err := s.Advance(context.Background(), 50)
				fails(t, err, engine.ErrNegative, `"IL-2"`, "t = 40 s", "nM at (45, 55, 65) µm")
				if c := read(t, s, m.Grid, 0).At(4, 5, 6); !(c < 0) {
					t.Errorf("the density reads %g, want the one that failed", c)
				}
			})
		}
	})
}

// Below zero by less than the absolute tolerance is rounding, not a fault.
func TestRunGoesOnAboveTheAbsoluteTolerance(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := solid([3]int{5, 6, 7})
		s := d.solver(t, m, engine.Options{AbsoluteTolerance: 1e-3})
		f := tissue.NewField(m.Grid)
		f.Set(2, 3, 4, -0.9e-3)
		write(t, s, 0, f)
		advance(t, s, 50)
	})
}

// The default absolute tolerance is a share of the largest density, wherever that is.
func TestAbsoluteToleranceKnowsTheLargestDensity(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		const most = 1e6
		atol := engine.DefaultAbsoluteTolerance * engine.DefaultRelativeTolerance * most
		for _, shape := range [][3]int{{9, 10, 40}, {9, 40, 1}} {
			m := solid(shape)
			for _, at := range [][3]int{{0, 0, 0}, {8, 0, 0}, {0, 9, 0}, {0, 0, shape[2] - 1}, {8, shape[1] - 1, shape[2] - 1}} {
				t.Run(fmt.Sprint(shape, at), func(t *testing.T) {
					f := tissue.NewField(m.Grid)
					f.Set(at[0], at[1], at[2], most)
					middle := &f.Values[m.Grid.Index(4, 5, shape[2]/2)] // too far to be filled in a second
					*middle = -0.5 * atol
					s := d.solver(t, m, engine.Options{})
					write(t, s, 0, f)
					advance(t, s, 1)
					*middle = -3 * atol
					write(t, s, 0, f)
					_, err := s.Advance(context.Background(), 2)
					fails(t, err, engine.ErrNegative)
				})
			}
		}
	})
}

func greedy(count float64) *tissue.Model {
	m := solid([3]int{7, 7, 7})
	m.CellTypes = []tissue.CellType{{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: count, OnRate: 0.031}}}}
	m.Cells.Add(0, r3.Vec{X: 35, Y: 35, Z: 35})
	return m
}

// g is negative for a cell of radius 5 µm in voxels of 10 µm: at −1/g, 1067 µm³/s,
// the law has a pole.
func TestSinksBeyondTheSubVoxelLawAreRefused(t *testing.T) {
	d := gputest.Open(t)
	limit := -1 / ((1/(4*math.Pi*5) - 0.2527310098586630/10) / 10) // µm³/s
	perReceptor := 0.031 / tissue.Nanomolar.AmountPerVolume()
	open := map[string]func(m *tissue.Model, o engine.Options) (engine.Solver, error){
		"cpu": func(m *tissue.Model, o engine.Options) (engine.Solver, error) { return cpu.NewSolver(m, o) },
		"gpu": func(m *tissue.Model, o engine.Options) (engine.Solver, error) { return engine.NewGPUSolver(d, m, o) },
	}
	for name, open := range open {
		t.Run(name, func(t *testing.T) {
			beyond := 1.01 * limit / perReceptor
			_, err := open(greedy(beyond), engine.Options{})
			fails(t, err, engine.ErrBeyondSubVoxelLaw, `"Treg"`, "IL-2", "5 µm",
				fmt.Sprintf("%.4g µm³/s", 1.01*limit), fmt.Sprintf("limit %.4g µm³/s", limit))
			for _, tc := range []struct {
				m *tissue.Model
				o engine.Options
			}{
				{greedy(0.99 * limit / perReceptor), engine.Options{}},
				{greedy(beyond), engine.Options{Coupling: engine.PlainCoupling}},
			} {
				s, err := open(tc.m, tc.o)
				advance(t, closing(t, s, err), 5)
			}
			absent := greedy(beyond) // a type without cells does no harm
			absent.Cells = tissue.Cells{}
			s, err := open(absent, engine.Options{})
			closing(t, s, err)
			if n := d.Live(); name == "cpu" && n != 0 {
				t.Errorf("%d resources on the device", n)
			}
		})
	}
}

// invalid is what neither solver takes.
func invalid() map[string]struct {
	m    *tissue.Model
	o    engine.Options
	says string
} {
	type row = struct {
		m    *tissue.Model
		o    engine.Options
		says string
	}
	sound := func() *tissue.Model { return solid([3]int{4, 4, 4}) }
	unsound, twice, stray := sound(), sound(), sound()
	unsound.Substrates[0].DecayRate = -1
	stray.Cells.Add(3, r3.Vec{})
	saturable := tissue.Exchange{MaxUptakeRate: 1, HalfSaturation: 1}
	twice = populate(twice, 9, tissue.CellType{Name: "twice", Radius: 5, Exchange: []tissue.Exchange{saturable, saturable}})
	return map[string]row{
		"unknown scheme":              {sound(), engine.Options{Scheme: "leapfrog"}, `scheme "leapfrog"`},
		"unknown coupling":            {sound(), engine.Options{Coupling: "near"}, `coupling "near"`},
		"negative rtol":               {sound(), engine.Options{RelativeTolerance: -1e-3}, "relative tolerance -0.001"},
		"rtol of 1":                   {sound(), engine.Options{RelativeTolerance: 1}, "relative tolerance 1"},
		"rtol that is no number":      {sound(), engine.Options{RelativeTolerance: math.NaN()}, "relative tolerance NaN"},
		"negative atol":               {sound(), engine.Options{AbsoluteTolerance: -1}, "absolute tolerance -1"},
		"atol that is no number":      {sound(), engine.Options{AbsoluteTolerance: math.NaN()}, "absolute tolerance NaN"},
		"negative time step":          {sound(), engine.Options{TimeStep: -1}, "time step -1 s"},
		"time step that is no number": {sound(), engine.Options{TimeStep: math.NaN()}, "time step NaN s"},
		"unsound model":               {unsound, engine.Options{}, "decay rate -1 1/s"},
		"cell of no type":             {stray, engine.Options{}, "cell 1 has type 3 of 0"},
		"two saturable uptakes":       {twice, engine.Options{}, "two saturable uptakes of IL-2"},
		"saturable cells under lod":   {populate(sound(), 9, tissue.CellType{Name: "eater", Radius: 5, Exchange: []tissue.Exchange{saturable}}), engine.Options{Scheme: engine.LOD}, `scheme lod: cell type "eater": its uptake of IL-2 saturates`},
		"periodic faces under lod":    {withBoundary(sound(), [3][2]tissue.Boundary{1: {{Kind: tissue.Periodic}, {Kind: tissue.Periodic}}}), engine.Options{Scheme: engine.LOD}, `scheme lod: substrate "IL-2" has a periodic face along y`},
		"moving walls under lod":      {walled(sound()), engine.Options{Scheme: engine.LOD}, `scheme lod: substrate "IL-2" has a flux face along x`},
		"regions under lod":           {regional(sound()), engine.Options{Scheme: engine.LOD}, `scheme lod: region "dense"`},
		"beyond the law":              {greedy(1e6), engine.Options{}, "sub-voxel law"},
	}
}

func TestInvalidOptionsAndModelsAreErrors(t *testing.T) {
	d := gputest.Open(t)
	for name, tc := range invalid() {
		t.Run(name, func(t *testing.T) {
			_, err := cpu.NewSolver(tc.m, tc.o)
			fails(t, err, nil, tc.says)
			_, err = engine.NewGPUSolver(d, tc.m, tc.o)
			fails(t, err, nil, tc.says)
			nothingIsLive(t, d)
		})
	}
}

func nothingIsLive(t *testing.T, d *gpu.Device) {
	t.Helper()
	if d.Live() != 0 || d.Allocated() != 0 {
		t.Errorf("%d resources of %d bytes are live, want none", d.Live(), d.Allocated())
	}
}

// Limits of the device show when a texture is made, after others have been.
func TestFailedGPUSolverLeavesNothing(t *testing.T) {
	d := gputest.Open(t)
	limits := d.Info()
	for name, shape := range map[string][3]int{
		"too long in 3D": {limits.MaxTextureSize3D + 1, 2, 2},
		"too long in 2D": {limits.MaxTextureSize2D + 1, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := solid(shape)
			m.Substrates = append(m.Substrates, m.Substrates[0])
			m.Substrates[1].Name = "TNF"
			_, err := engine.NewGPUSolver(d, m, engine.Options{})
			fails(t, err, nil, "IL-2")
			nothingIsLive(t, d)
		})
	}
	t.Run("closed twice", func(t *testing.T) {
		s, err := engine.NewGPUSolver(d, agreementModels()["two substrates"], engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		advance(t, s, 10)
		for range 2 {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		nothingIsLive(t, d)
	})
}

// frail is a group of one that counts who closes it, and fails where it is told to.
type frail struct {
	engine.Stepper
	engine.Member
	closed  *int
	failing bool
}

func (f frail) Members() []engine.Member { return []engine.Member{f} }

func (f frail) Write([]float64) error {
	if f.failing {
		return errBroken
	}
	return nil
}
func (f frail) Measure() (engine.Trial, error) { return engine.Trial{}, nil }
func (f frail) Close() error                   { *f.closed++; return nil }

var errBroken = errors.New("broken")

// Whichever substrate fails, the steppers made before it are closed.
func TestFailedIntegratorClosesItsSteppers(t *testing.T) {
	m := solid([3]int{2, 2, 2})
	for _, name := range []string{"TNF", "IFNg"} {
		s := m.Substrates[0]
		s.Name = name
		m.Substrates = append(m.Substrates, s)
	}
	for _, tc := range []struct {
		name                string
		failsToOpen, writes int // substrate
		closed              int
	}{
		{"the first cannot be made", 0, -1, 0},
		{"the third cannot be made", 2, -1, 2},
		{"the second cannot be filled", -1, 1, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			made, closed := 0, 0
			_, err := engine.NewIntegrator(m, engine.Options{}, func(engine.Group) (engine.Stepper, error) {
				if made == tc.failsToOpen {
					return nil, errBroken
				}
				made++
				return frail{closed: &closed, failing: made-1 == tc.writes}, nil
			})
			fails(t, err, errBroken)
			if closed != tc.closed {
				t.Errorf("%d steppers closed, want %d", closed, tc.closed)
			}
		})
	}
}

func TestFieldsOfOtherShapesAreRefused(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, solid([3]int{4, 5, 6}), engine.Options{})
		other := tissue.NewField(tissue.Grid{Shape: [3]int{6, 5, 4}, Spacing: [3]float64{10, 10, 10}})
		fails(t, s.Read(0, other), nil, "[6 5 4]", "[4 5 6]")
		fails(t, s.Write(0, other), nil, "[6 5 4]", "[4 5 6]")
	})
}

// What a broken density leaves behind must not outlive it: in a single voxel, or
// where all are broken, nothing sound is left to hide the largest density.
func TestRunOutlivesADensityThatIsNowhereFinite(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, shape := range [][3]int{{1, 1, 1}, {3, 4, 5}, {5, 1, 1}} {
			for _, broken := range []float64{math.NaN(), math.Inf(1)} {
				t.Run(fmt.Sprint(shape, broken), func(t *testing.T) {
					m := populate(solid(shape), 2, exchanging("consumer", tissue.Exchange{UptakeRate: 0.3}))
					s := d.solver(t, m, engine.Options{})
					f := tissue.NewField(m.Grid)
					f.Fill(broken)
					write(t, s, 0, f)
					_, err := s.Advance(context.Background(), 10)
					fails(t, err, engine.ErrNotFinite)
					f.Fill(1)
					write(t, s, 0, f)
					advance(t, s, 10)
					undisturbed := d.solver(t, m, engine.Options{})
					advance(t, undisturbed, 10)
					if got, want := read(t, s, m.Grid, 0), read(t, undisturbed, m.Grid, 0); farthest(got.Values, want.Values) != 0 {
						t.Errorf("%g, want %g", got.Values[0], want.Values[0])
					}
				})
			}
		}
	})
}

func TestTimesThatAreNotFiniteAreRefused(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, until := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for _, o := range schemes() {
				s := d.solver(t, solid([3]int{3, 3, 3}), o)
				_, err := s.Advance(context.Background(), until)
				fails(t, err, nil, fmt.Sprintf("advance to %g s", until))
				if s.Time() != 0 {
					t.Errorf("went to %g s", s.Time())
				}
			}
		}
	})
}

// Beyond its positive step forward Euler turns a uniform density's sign each step:
// every second one looks sound.
func TestEulerBeyondItsPositiveStepIsSeen(t *testing.T) {
	m := solid([3]int{4, 4, 4})
	m.Substrates[0].DecayRate = 0.03
	for _, step := range []float64{50, 100} { // factors −0.5 and −2
		s, err := cpu.NewSolver(m, engine.Options{Scheme: engine.FTCS, TimeStep: step})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Advance(t.Context(), 32*step); !errors.Is(err, engine.ErrNegative) {
			t.Errorf("step %g s: %v, want a negative density", step, err)
		}
	}
}
