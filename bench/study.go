package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
)

// Problem is one of the study by which a scheme is chosen: voxels of 10 µm, 3 % with a
// secretor and 20 % with a consumer, from zero. Every minute half of the secretors,
// other ones each time, are at work.
type Problem struct {
	Diffusion float64 // µm²/s
	Decay     float64 // 1/s
	Uptake    float64 // of a consumer, 1/s
}

// Problems returns those of the study: diffusion lengths of 5 to 500 µm, uptake up to
// 10/s.
func Problems() []Problem {
	return []Problem{
		{1, 0.04, 0}, {10, 1e-3, 0}, {100, 4e-4, 0},
		{10, 1e-3, 0.1}, {100, 1e-3, 0.1}, {1000, 4e-3, 0},
		{26, 1e-3, 10}, {100, 1e-3, 10}, {1000, 1e-3, 10},
	}
}

const (
	studySpacing   = 10.  // µm
	studyRadius    = 5.   // of a cell, µm
	consumerShare  = 0.2  // of the voxels
	secretorShare  = 0.03 // of the voxels
	minutes        = 4    // of a run: one cold, the others after a switch
	studySeconds   = 60.  // of a minute
	secretorExport = 10.  // molecules/s; the problems are linear, so that errors do not know it
)

// DiffusionLength returns √(D/(λ + k)), µm, k the uptake of the consumers spread over
// all voxels.
func (p Problem) DiffusionLength() float64 {
	cell := 4. / 3 * math.Pi * math.Pow(studyRadius/studySpacing, 3) // of a voxel
	return math.Sqrt(p.Diffusion / (p.Decay + consumerShare*cell*p.Uptake))
}

// Spread returns D·60 s/Δx², by which schemes differ.
func (p Problem) Spread() float64 { return p.Diffusion * studySeconds / (studySpacing * studySpacing) }

// model returns the problem on n³ voxels in its k-th minute.
func (p Problem) model(n, k int) *tissue.Model {
	const secretor, consumer, silent = 0, 1, 2
	m := &tissue.Model{
		Title:                 "study",
		Grid:                  tissue.Grid{Shape: [3]int{n, n, n}, Spacing: [3]float64{studySpacing, studySpacing, studySpacing}},
		ExtracellularFraction: 1,
		Substrates:            []tissue.Substrate{{Name: "substrate", Unit: tissue.Nanomolar, DiffusionCoefficient: p.Diffusion, DecayRate: p.Decay}},
		CellTypes: []tissue.CellType{
			secretor: {Name: "secretor", Radius: studyRadius, Exchange: []tissue.Exchange{{NetExportRate: secretorExport}}},
			consumer: {Name: "consumer", Radius: studyRadius, Exchange: []tissue.Exchange{{UptakeRate: p.Uptake}}},
			silent:   {Name: "silent", Radius: studyRadius},
		},
		Duration: minutes * studySeconds,
		Seed:     1,
	}
	place(m, secretorShare, consumerShare)
	random := rand.New(rand.NewPCG(m.Seed, uint64(k)))
	for i, kind := range m.Cells.Type {
		if kind == secretor && random.Float64() < 0.5 {
			m.Cells.Type[i] = silent
		}
	}
	return m
}

// Regime is a part of a run of the study.
type Regime string

const (
	Cold      Regime = "cold"      // the first minute, from zero
	Switching Regime = "switching" // the minutes after, each with other secretors
)

// StudyRow is what one way came to on one problem: means per minute, the worst error
// at the end of a minute.
type StudyRow struct {
	Problem
	Regime        Regime
	Scheme        engine.Scheme
	Way           string // "rtol 0.01", "step 6 s"
	Fixed         bool   // adaptive with a step of its own
	Error         float64
	Sweeps        float64
	ModelledBytes float64 // per voxel in float32
	NSPerVoxel    float64 // wall time in float64 on the processor
}

// Study solves all problems on n³ voxels in many ways, in float64 on the processor.
// Ways that do not end are left out.
func Study(ctx context.Context, n int, progress func(what string)) ([]StudyRow, error) {
	var rows []StudyRow
	for _, p := range Problems() {
		progress(fmt.Sprintf("D %g µm²/s, decay %g/s, uptake %g/s", p.Diffusion, p.Decay, p.Uptake))
		exact, err := p.solve(ctx, n, studyOptions(engine.Options{RelativeTolerance: exactTolerance}))
		if err != nil {
			return nil, fmt.Errorf("bench: study: %w", err)
		}
		for _, o := range studyWays(p, n) {
			got, err := p.solve(ctx, n, o)
			if breaksDown(err) {
				progress(fmt.Sprintf("  left out: %v", err))
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("bench: study: %w", err)
			}
			rows = append(rows, p.row(o, Cold, got[:1], exact[:1]), p.row(o, Switching, got[1:], exact[1:]))
		}
	}
	return rows, nil
}

func studyOptions(o engine.Options) engine.Options {
	o.Coupling = engine.PlainCoupling
	return o
}

// studyWays returns the ways that a problem is solved in.
func studyWays(p Problem, n int) []engine.Options {
	var ways []engine.Options
	for _, rtol := range []float64{1e-1, 1e-2, 1e-3, 1e-4} {
		ways = append(ways, engine.Options{Scheme: engine.Adaptive, RelativeTolerance: rtol})
	}
	for _, step := range []float64{30, 15, 6, 2} {
		ways = append(ways, engine.Options{Scheme: engine.Adaptive, TimeStep: step})
	}
	loss := p.Decay + 4./3*math.Pi*math.Pow(studyRadius/studySpacing, 3)*p.Uptake + 6*p.Diffusion/(studySpacing*studySpacing)
	for _, share := range []float64{0.9, 0.3, 0.1} { // of the longest step that keeps densities positive
		ways = append(ways, engine.Options{Scheme: engine.FTCS, TimeStep: share / loss})
	}
	for _, step := range []float64{6, engine.DefaultLODStep, 0.06} {
		ways = append(ways, engine.Options{Scheme: engine.LOD, TimeStep: step})
	}
	for i := range ways {
		ways[i] = studyOptions(ways[i])
	}
	return ways
}

// studied is a minute of a run.
type studied struct {
	density []*tissue.Field // at its end
	sweeps  float64
	seconds float64
}

// solve runs a problem minute by minute.
func (p Problem) solve(ctx context.Context, n int, o engine.Options) ([]studied, error) {
	m := p.model(n, 0)
	s, err := cpu.NewSolver(m, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var all []studied
	for k := range minutes {
		started, before := time.Now(), s.Stats().Work()
		if k > 0 {
			m = p.model(n, k)
			started = time.Now()
			if err := s.Update(m); err != nil {
				return nil, err
			}
		}
		stats, err := s.Advance(ctx, float64(k+1)*studySeconds)
		if err != nil {
			return nil, err
		}
		seconds := time.Since(started).Seconds()
		density, err := densities(s, m)
		if err != nil {
			return nil, err
		}
		all = append(all, studied{density, stats.Work() - before, seconds})
	}
	return all, nil
}

func (p Problem) row(o engine.Options, regime Regime, got, exact []studied) StudyRow {
	r := StudyRow{Problem: p, Regime: regime, Scheme: o.Scheme, Way: way{Options: o}.String(), Fixed: o.Scheme == engine.Adaptive && o.TimeStep > 0}
	for k, minute := range got {
		r.Error = max(r.Error, distance(minute.density, exact[k].density))
		r.Sweeps += minute.sweeps / float64(len(got))
		r.NSPerVoxel += minute.seconds * 1e9 / float64(minute.density[0].Grid.Voxels()) / float64(len(got))
	}
	r.ModelledBytes = 4 * fieldPasses(o.Scheme) * r.Sweeps
	return r
}
