package validate

import (
	"math"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func cosineMode() Case {
	return Case{
		ID:     "A08",
		Title:  "Decay of a cosine between no-flux walls",
		Source: "exact, C = C0 e^(−k t) + A e^(−σ t) cos(n π x/Lx) cos(m π y/Ly), σ = D ((n π/Lx)² + (m π/Ly)²) + k; on the grid (n π/Lx)² becomes 4/Δx² sin²(n π Δx/2 Lx)",
		Setup: `D = 10 µm²/s, k = 1e-4/s, Lx = 400 µm, Ly = 200 µm, n = 3, m = 2, C0 = 100, A = 50, t = 100 s; 2D, 10 µm
voxels, started from the cosine at voxel centres. The amplitude is the projection on the cosine over voxel
centres. Scheme adaptive with fixed steps of 0.25 s, whose own error is 2e-6, for all rows but explicit Euler;
that is scheme ftcs with steps of 1 s.
float32: 64 half units in the last place of the largest density, so 64 × 150/10.6 of the amplitude.`,
		Observables: []Observable{
			{"continuum amplitude at t", 10.589864005624726, "", 0.02},
			{"semi-discrete (dx=10) amplitude at t", 10.703296084208008, "", 1e-4},
			{"explicit Euler (dx=10,dt=1,100 steps) amplitude", 10.575579795584582, "", 1e-9},
			{"mean", 99.0049833749168, "", 1e-4},
		},
		observe: observeCosine,
	}
}

// traceCosine shows the density along the first row.
func traceCosine(r *run, f *tissue.Field, offset, amplitude float64) {
	s, t, size := r.substrate(), r.model.Duration, f.Grid.Size()
	k := [2]float64{3 * math.Pi / size[0], 2 * math.Pi / size[1]}
	row := math.Cos(k[1] * f.Grid.Centre(0, 0, 0).Y)
	fade := math.Exp(-s.DiffusionCoefficient * (k[0]*k[0] + k[1]*k[1]) * t)
	var observed []figure.Point
	for i := range f.Grid.Shape[0] {
		observed = append(observed, figure.Point{X: f.Grid.Centre(i, 0, 0).X, Y: f.At(i, 0, 0)})
	}
	r.lab.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "C"})
	r.lab.trace("", observed, curve(0, size[0], func(x float64) float64 {
		return math.Exp(-s.DecayRate*t) * (offset + amplitude*fade*row*math.Cos(k[0]*x))
	}))
}

func observeCosine(l *lab) error {
	const offset, amplitude = 100, 50
	for scheme, step := range map[string]string{"adaptive": "0.25 s", "ftcs": "1 s"} {
		r, err := l.start("a08", "numerics.scheme="+scheme, "numerics.step="+step)
		if err != nil {
			return err
		}
		mode := tissue.NewField(r.model.Grid)
		size := mode.Grid.Size()
		for i := range mode.Values {
			at := mode.Grid.Coordinates(i)
			p := mode.Grid.Centre(at[0], at[1], at[2])
			mode.Values[i] = math.Cos(3*math.Pi*p.X/size[0]) * math.Cos(2*math.Pi*p.Y/size[1])
		}
		field := tissue.NewField(mode.Grid)
		for i, v := range mode.Values {
			field.Values[i] = offset + amplitude*v
		}
		if err := r.solver.Write(0, field); err != nil {
			return err
		}
		if err := r.finish(); err != nil {
			return err
		}
		if err := r.solver.Read(0, field); err != nil {
			return err
		}
		projection, norm, sum := 0.0, 0.0, 0.0
		for i, v := range mode.Values {
			projection += v * field.Values[i]
			norm += v * v
			sum += field.Values[i]
		}
		left := projection / norm
		rounding := accumulated * (offset + amplitude) / left
		if scheme == "ftcs" {
			l.read("explicit Euler (dx=10,dt=1,100 steps) amplitude", left, rounding)
			continue
		}
		traceCosine(r, field, offset, amplitude)
		l.read("continuum amplitude at t", left, rounding)
		l.read("semi-discrete (dx=10) amplitude at t", left, rounding)
		l.read("mean", sum/float64(len(field.Values)), accumulated)
	}
	return nil
}
