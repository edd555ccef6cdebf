package expression

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

// TestGLSLAgreesWithEval computes every rate and its derivatives on a device.
func TestGLSLAgreesWithEval(t *testing.T) {
	if testing.Short() {
		t.Skip("drivers take seconds to compile fifty rates")
	}
	var all []*Rate
	for _, tc := range rates() {
		r := parsed(t, tc.text)
		all = append(all, r)
		for _, v := range r.Uses() {
			all = append(all, r.Derivative(v))
		}
	}
	at := points()[1:] // at 0 the derivatives of roots are infinite
	var in []float32
	for _, p := range at {
		for v, value := range p {
			in = append(in, float32(value))
			p[v] = float64(float32(value))
		}
	}
	got := ratesOnDevice(t, all, in)
	for i, r := range all {
		for j, p := range at {
			want := r.Eval(p)
			scale := math.Abs(want)
			for _, v := range r.Uses() {
				scale += math.Abs(r.Derivative(v).Eval(p) * p[v])
			}
			if math.IsInf(scale, 0) || math.IsNaN(scale) || scale > math.MaxFloat32 {
				continue
			}
			// GLSL leaves exp and pow more than rounding: 2e-6 seen on llvmpipe.
			if difference := math.Abs(float64(got[j*len(all)+i]) - want); !(difference <= 1e-5*(scale+1e-3)) {
				t.Errorf("%v at %v is %g on the device, want %g", r, p, got[j*len(all)+i], want)
			}
		}
	}
}

func ratesOnDevice(t *testing.T, all []*Rate, in []float32) []float32 {
	t.Helper()
	var b strings.Builder
	b.WriteString("#version 430 core\nlayout(local_size_x = 64) in;\nlayout(std430) buffer Densities { float densities[]; };\nlayout(std430) buffer Rates { float rates[]; };\n")
	b.WriteString("void main() {\nuint v = gl_GlobalInvocationID.x;\nif (5 * v >= densities.length()) return;\n")
	for i, r := range all {
		fmt.Fprintf(&b, "rates[%du * v + %du] = %s;\n", len(all), i, r.GLSL(func(variable int) string { return fmt.Sprintf("densities[5u * v + %du]", variable) }))
	}
	b.WriteString("}\n")
	type arguments struct {
		Densities *gpu.Buffer `gl:"Densities"`
		Rates     *gpu.Buffer `gl:"Rates"`
	}
	out := make([]float32, len(in)/5*len(all))
	err := gputest.Open(t).Do(func(q *gpu.Queue) error {
		kernel, err := gpu.NewKernel[arguments](q, b.String())
		if err != nil {
			return err
		}
		defer kernel.Free(q)
		densities, err := q.NewBuffer(4 * len(in))
		if err != nil {
			return err
		}
		defer densities.Free(q)
		rates, err := q.NewBuffer(4 * len(out))
		if err != nil {
			return err
		}
		defer rates.Free(q)
		if err := gpu.WriteBuffer(q, densities, 0, in); err != nil {
			return err
		}
		if err := kernel.Launch(q, [3]int{len(in) / 5, 1, 1}, &arguments{densities, rates}); err != nil {
			return err
		}
		return gpu.ReadBuffer(q, rates, 0, out)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
