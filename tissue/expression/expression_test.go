package expression

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// scope has three densities, a plain number and constants of most dimensions.
func scope() Scope {
	return Scope{
		Variables: []Variable{
			{"IL-2", quantity.Concentration, 0}, {"b", quantity.Concentration, 1}, {"complex", quantity.Concentration, 2},
			{"u", quantity.Dimensionless, 3}, {"x", quantity.Length, 4},
		},
		Constants: []Constant{
			{"k_on", quantity.OnRate, 0.031}, {"k_off", quantity.Rate, 2e-4}, {"k", quantity.Concentration, 0.5},
			{"v", quantity.ConcentrationRate, 0.01}, {"n", quantity.Dimensionless, 2.5}, {"L", quantity.Length, 100},
			{"none", quantity.Concentration, 0}, {"tiny", quantity.Dimensionless, 1e-50},
		},
	}
}

func parsed(t *testing.T, text string) *Rate {
	t.Helper()
	r, err := Parse(text, scope())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// rates are expressions with the same written by hand in Go.
func rates() []struct {
	text      string
	want      func(a, b, c, u, x float64) float64
	dimension quantity.Dimension
	linear    bool
} {
	type rate = struct {
		text      string
		want      func(a, b, c, u, x float64) float64
		dimension quantity.Dimension
		linear    bool
	}
	above := func(a float64) float64 { return max(a, 0) }
	return []rate{
		{"k_on*IL_2*b - k_off*complex", func(a, b, c, u, x float64) float64 { return 0.031*a*b - 2e-4*c }, quantity.ConcentrationRate, false},
		{"binding(k_on, IL_2, b, k_off, complex)", func(a, b, c, u, x float64) float64 { return 0.031*a*b - 2e-4*c }, quantity.ConcentrationRate, false},
		{"mass_action(k_off, IL_2)", func(a, b, c, u, x float64) float64 { return 2e-4 * a }, quantity.ConcentrationRate, true},
		{"mass_action(k_on, IL_2, IL_2, b/k)", func(a, b, c, u, x float64) float64 { return 0.031 * a * a * b / 0.5 }, quantity.ConcentrationRate, false},
		{"michaelis_menten(v, k, b)", func(a, b, c, u, x float64) float64 { return 0.01 * above(b) / (0.5 + above(b)) }, quantity.ConcentrationRate, false},
		{"michaelis_menten(v, k*(1 + IL_2/k), b)", func(a, b, c, u, x float64) float64 {
			return 0.01 * above(b) / (0.5*(1+a/0.5) + above(b))
		}, quantity.ConcentrationRate, false},
		{"hill(IL_2, k, 3)", func(a, b, c, u, x float64) float64 {
			return math.Pow(above(a), 3) / (math.Pow(above(a), 3) + 0.125)
		}, quantity.Dimensionless, false},
		{"hill_down(IL_2, k, n)", func(a, b, c, u, x float64) float64 {
			return math.Pow(0.5, 2.5) / (math.Pow(above(a), 2.5) + math.Pow(0.5, 2.5))
		}, quantity.Dimensionless, false},
		{"logistic(k_off, IL_2, k)", func(a, b, c, u, x float64) float64 { return 2e-4 * above(a) * (1 - above(a)/0.5) }, quantity.ConcentrationRate, false},
		{"v*step(IL_2, k) + k_off*b", func(a, b, c, u, x float64) float64 {
			if a >= 0.5 {
				return 0.01 + 2e-4*b
			}
			return 2e-4 * b
		}, quantity.ConcentrationRate, false},
		{"pow(u, 3) - pow(u, -2) + pow(u, 7)", func(a, b, c, u, x float64) float64 { return math.Pow(u, 3) - math.Pow(u, -2) + math.Pow(u, 7) }, quantity.Dimensionless, false},
		{"pow(u, 0) + pow(u, 1)*(2 + n)/3", func(a, b, c, u, x float64) float64 { return 1 + u*4.5/3 }, quantity.Dimensionless, true},
		{"sqrt(IL_2*b)", func(a, b, c, u, x float64) float64 { return math.Sqrt(above(a * b)) }, quantity.Concentration, false},
		{"pow(x/L, 1.5) + pow(IL_2*b*k, 1/3)/k", func(a, b, c, u, x float64) float64 {
			return math.Pow(above(x/100), 1.5) + math.Cbrt(above(a*b*0.5))/0.5
		}, quantity.Dimensionless, false},
		{"exp(-pow(x/L, 2)) + tanh(u) + log(1 + abs(u))", func(a, b, c, u, x float64) float64 {
			return math.Exp(-x*x/1e4) + math.Tanh(u) + math.Log(1+math.Abs(u))
		}, quantity.Dimensionless, false},
		{"min(IL_2, b)*k_off + max(0, b - k)*k_off", func(a, b, c, u, x float64) float64 { return 2e-4*min(a, b) + 2e-4*max(0, b-0.5) }, quantity.ConcentrationRate, false},
		{"-(k_off*(IL_2 -\n  2*b)) / -2", func(a, b, c, u, x float64) float64 { return 1e-4 * (a - 2*b) }, quantity.ConcentrationRate, true},
		{"+u - -1 - 2 - 3", func(a, b, c, u, x float64) float64 { return u - 4 }, quantity.Dimensionless, true},
	}
}

// points are values of the variables, some of the densities slightly below zero.
func points() [][]float64 {
	random := rand.New(rand.NewPCG(1, 2))
	all := [][]float64{{0, 0, 0, 1, 0}, {-1e-12, 0.3, 0.2, -0.7, 10}, {0.5, -1e-9, 1e-5, 1.5, -30}, {1e5, 1e-5, 3, 2, 200}}
	for range 300 {
		all = append(all, []float64{2 * random.Float64(), 2 * random.Float64(), random.Float64(), 4*random.Float64() - 2, 400*random.Float64() - 200})
	}
	return all
}

func TestRatesAreTheFormulas(t *testing.T) {
	for _, tc := range rates() {
		r := parsed(t, tc.text)
		if r.Dimension() != tc.dimension || r.Linear() != tc.linear {
			t.Errorf("%s is %v, linear %t: want %v, %t", tc.text, r.Dimension(), r.Linear(), tc.dimension, tc.linear)
		}
		for _, p := range points() {
			got, want := r.Eval(p), tc.want(p[0], p[1], p[2], p[3], p[4])
			if math.Abs(got-want) > 1e-13*(1+math.Abs(want)) { // some hundred roundings at most
				t.Errorf("%s at %v is %g, want %g", tc.text, p, got, want)
			}
		}
	}
}

// Rows are longer than a block, and evaluators work side by side.
func TestRowsAreTheValues(t *testing.T) {
	all := points()
	in := make([][]float64, 5)
	for _, p := range all {
		for v := range in {
			in[v] = append(in[v], p[v])
		}
	}
	var group sync.WaitGroup
	for _, tc := range rates() {
		r := parsed(t, tc.text)
		for range 2 {
			group.Go(func() {
				e, out := r.Evaluator(), make([]float64, len(all))
				for range 3 {
					e.Row(out, in)
				}
				for j, p := range all {
					if want := r.Eval(p); out[j] != want {
						t.Errorf("%s: value %d of the row is %g, alone %g", tc.text, j, out[j], want)
					}
				}
			})
		}
	}
	group.Wait()
	e, own := parsed(t, "k_off*IL_2*2").Evaluator(), slices.Clone(in[0])
	e.Row(own, [][]float64{own})
	if own[len(own)-1] != 2e-4*in[0][len(own)-1]*2 {
		t.Error("a row over its own variable is wrong")
	}
}

func TestEvaluationDoesNotAllocate(t *testing.T) {
	r := parsed(t, rates()[0].text+" + "+rates()[8].text+" + v*"+rates()[7].text)
	values := []float64{1, 2, 3, 4, 5}
	in := [][]float64{make([]float64, 1000), make([]float64, 1000), make([]float64, 1000)}
	out, e := make([]float64, 1000), r.Evaluator()
	if n := testing.AllocsPerRun(10, func() { out[0] = r.Eval(values); e.Row(out, in) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestDerivativesAreTheSlopes(t *testing.T) {
	for _, tc := range rates() {
		r := parsed(t, tc.text)
		for v, dimension := range []quantity.Dimension{quantity.Concentration, quantity.Concentration, quantity.Concentration, 0, quantity.Length} {
			d := r.Derivative(v)
			if d.Dimension() != tc.dimension-dimension {
				t.Errorf("%v is %v", d, d.Dimension())
			}
			for _, p := range points()[4:] {
				step := 1e-6 * (1 + math.Abs(p[v]))
				left, right := slices.Clone(p), slices.Clone(p)
				left[v] -= step
				right[v] += step
				if d.Eval(left) != 0 && math.Abs(d.Eval(right)/d.Eval(left)-1) > 1e-2 {
					continue // a corner, or a pole
				}
				slope := (r.Eval(right) - r.Eval(left)) / (2 * step)
				// h^2 f'''/6 and the rounding of f over h, 1e-16/1e-6.
				if got := d.Eval(p); math.Abs(got-slope) > 1e-6*(math.Abs(slope)+math.Abs(r.Eval(p))+1e-3) {
					t.Errorf("%v at %v is %g, the slope is %g", d, p, got, slope)
				}
			}
		}
	}
	if got := parsed(t, "3*IL_2 + 2*b").Derivative(1); got.GLSL(glslName) != "2.0" || len(got.Uses()) != 0 {
		t.Errorf("%v is %s, uses %v: want 2", got, got.GLSL(glslName), got.Uses())
	}
	if got := parsed(t, "pow(IL_2, 2)").Derivative(0).GLSL(glslName); got != "(2.0 * c0)" {
		t.Errorf("the derivative of a square is %s", got)
	}
}

// One shared piece is computed once, or a nest of presets would take for ever.
func TestSharedPiecesAreComputedOnce(t *testing.T) {
	text := "IL_2"
	for range 3 {
		text = "k*hill(" + text + ", k, 2)"
	}
	r := parsed(t, text)
	if n := len(r.program.code); n > 3*8 {
		t.Errorf("%d instructions for three Hill functions, want at most 8 each", n)
	}
	if n := len(r.Derivative(0).program.code); n > 3*40 {
		t.Errorf("%d instructions in the derivative", n)
	}
}

func glslName(variable int) string { return fmt.Sprintf("c%d", variable) }

func TestGLSL(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"k_on*IL_2*b - k_off*complex", "(((0.031 * c0) * c1) - (0.0002 * c2))"},
		{"-u + 1e6 - -2*u", "(((-c3) + 1e+06) - ((-2.0) * c3))"},
		{"pow(u, 5)", "(((c3 * c3) * (c3 * c3)) * c3)"},
		{"pow(u, -2)", "(1.0 / (c3 * c3))"},
		{"pow(u, 2.5)", "pow(max(c3, 0.0), 2.5)"},
		{"sqrt(u) + tanh(u)", "(sqrt(max(c3, 0.0)) + tanh(clamp(c3, -10.0, 10.0)))"},
		{"step(IL_2, k)", "step(0.5, c0)"},
		{"exp(u) + log(u) + abs(u) + min(u, 0.1)", "(((exp(c3) + log(c3)) + abs(c3)) + min(c3, 0.1))"},
		{"michaelis_menten(v, k, b)", "((0.01 * max(c1, 0.0)) / (0.5 + max(c1, 0.0)))"},
		{"16777217*u", "(1.6777216e+07 * c3)"},
	} {
		if got := parsed(t, tc.text).GLSL(glslName); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.text, got, tc.want)
		}
	}
}

func TestGLSLCompiles(t *testing.T) {
	validator, err := exec.LookPath("glslangValidator")
	if err != nil {
		t.Skip("glslangValidator is missing (apt install glslang-tools)")
	}
	var b strings.Builder
	b.WriteString("#version 430\nlayout(local_size_x = 1) in;\nlayout(std430) buffer Rates { float rates[]; };\nvoid main() {\n")
	b.WriteString("float c0 = rates[0], c1 = rates[1], c2 = rates[2], c3 = rates[3], c4 = rates[4];\n")
	for i, tc := range rates() {
		fmt.Fprintf(&b, "rates[%d] = %s;\n", 2*i, parsed(t, tc.text).GLSL(glslName))
		fmt.Fprintf(&b, "rates[%d] = %s;\n", 2*i+1, parsed(t, tc.text).Derivative(0).GLSL(glslName))
	}
	b.WriteString("}\n")
	path := filepath.Join(t.TempDir(), "rates.comp")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(validator, path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, b.String())
	}
}

var update = flag.Bool("update", false, "rewrite the golden file")

// TestFaultsAreExplained holds the messages of all faults of each expression.
func TestFaultsAreExplained(t *testing.T) {
	var b strings.Builder
	for _, text := range []string{
		"",
		"k_off*IL-2",
		"k_of*b + k_onn*b",
		"k_on*b + k_off*b",
		"exp(b) + log(x) + tanh(L)",
		"u^2 + u**2 + u%2",
		"pow(b, u) + pow(u, k) + pow(u, 40)",
		"sqrt(b) + pow(b, 0.3) + pow(b, n)",
		"step(b, x) + min(u, b)",
		"hill(b, L, 2) + hill(b, k, -1) + hill(b, none, 2) + hill(b, k)",
		"michaelis_menten(v, none, b) + michaelis_menten(v, L, b) + logistic(k_off, b, none) + logistic(k_off, b, u)",
		"binding(k_on, IL_2, b, k_off, b*b)",
		"mass_action(k) + sin(u) + k(u + 1) + u(3)",
		"u/0 + u/(1 - 1) + b/none",
		"tiny*u + 1e99*u + log(-1)",
		"0x10 + 1_000 + 2i + \"a\" + u.v + u[1] + func() {} + 'a'",
		"u > 1",
		"u + ",
		"2 u",
		"(u",
		"µ·u",
		"u // 2",
		"u + (b*\n\n  k_off + v*x)",
		"pow(pow(pow(u, 32), 32), 32)",
		strings.Repeat("b*", 400) + "b",
		strings.Repeat("u+", 2500) + "u",
		"!u + &u",
	} {
		_, err := Parse(text, scope())
		var faults *Faults
		if !errors.As(err, &faults) || len(faults.All) == 0 {
			t.Errorf("%s: %v, want faults", text, err)
			continue
		}
		fmt.Fprintf(&b, "%.100q\n%v\n\n", text, err)
	}
	const golden = "testdata/faults.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("messages differ (-want +got):\n%s", diff)
	}
}

func TestNamesAreWrittenAsIdentifiers(t *testing.T) {
	for _, tc := range []struct{ name, want string }{
		{"IL-2", "IL_2"}, {"TGF-β1", "TGF_β1"}, {"5-FU", "_5_FU"}, {"type", "type_"}, {"a b/c", "a_b_c"}, {"", ""},
	} {
		if got := Identifier(tc.name); got != tc.want {
			t.Errorf("%q is written %q, want %q", tc.name, got, tc.want)
		}
	}
	names := Scope{
		Variables: []Variable{{"a-b", 0, 0}, {"a_b", 0, 1}, {"TGF-β1", 0, 2}, {"step", 0, 3}},
		Constants: []Constant{{"TGF_β1", 0, 2}, {"n", 0, 2}},
	}
	if r, err := Parse("step(step, n)", names); err != nil || r.Eval([]float64{0, 0, 0, 2}) != 1 || len(r.Constants()) != 1 {
		t.Errorf("a substrate called step: %v", err)
	}
	for text, want := range map[string]string{
		"a_b":    `column 1: "a_b" may be "a-b" or "a_b", which are written alike; rename one of them`,
		"TGF_β1": `column 1: "TGF_β1" may be "TGF-β1" or "TGF_β1", which are written alike; rename one of them`,
		"TGF*n":  `column 1: no variable or constant "TGF"; TGF-β1 is written TGF_β1`,
	} {
		if _, err := Parse(text, names); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestEqualRatesDoTheSame(t *testing.T) {
	r := parsed(t, "k_off*(IL_2 + b)")
	if !r.Equal(parsed(t, "k_off * ( IL_2+b )")) || r.Equal(parsed(t, "k_off*(b + IL_2)")) || r.Equal(nil) || !(*Rate)(nil).Equal(nil) {
		t.Error("equality is wrong")
	}
	if c := r.Constants(); len(c) != 1 || c[0].Name != "k_off" || r.String() != "k_off*(IL_2 + b)" {
		t.Errorf("%v names the constants %v", r, c)
	}
}

// FuzzParse holds that no text panics, that faults lie in the text, and that what
// is read can be differentiated, computed and written.
func FuzzParse(f *testing.F) {
	for _, tc := range rates() {
		f.Add(tc.text)
	}
	for _, text := range []string{"u^2", "(", "µ", "hill(hill(u, 1, 2), 1, 31)", "0*log(0)*u", "pow(1e30, 3)*u", "\xff+u", "1e308*u"} {
		f.Add(text)
	}
	values, row := []float64{0.1, 0.2, 0.3, 0.4, 0.5}, [][]float64{{0.1}, {0.2}, {0.3}, {0.4}, {0.5}}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text, scope())
		var faults *Faults
		if errors.As(err, &faults) {
			for _, fault := range faults.All {
				if fault.Offset < 0 || fault.Offset > len(text) || fault.Column(text) < 1 || fault.Message == "" {
					t.Errorf("%q: fault without a place: %+v", text, fault)
				}
			}
			return
		}
		alone, out := r.Eval(values), make([]float64, 1)
		if r.Evaluator().Row(out, row); out[0] != alone && !(math.IsNaN(alone) && math.IsNaN(out[0])) {
			t.Errorf("%q: %g alone, %g in a row", text, alone, out[0])
		}
		if glsl := r.GLSL(glslName); strings.ContainsFunc(glsl, func(c rune) bool { return c > '~' }) || strings.Contains(glsl, "Inf") {
			t.Errorf("%q: GLSL %s", text, glsl)
		}
		for _, v := range r.Uses() {
			r.Derivative(v).Eval(values)
		}
	})
}

func BenchmarkRow(b *testing.B) {
	const n = 4096
	in := [][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}
	for j := range n {
		in[0][j], in[1][j], in[2][j] = float64(j)/n, 0.5, 0.25
	}
	out := make([]float64, n)
	for _, text := range []string{"k_on*IL_2*b - k_off*complex", "michaelis_menten(v, k, b)", "hill(IL_2, k, 4)", "hill(IL_2, k, n)"} {
		r, err := Parse(text, scope())
		if err != nil {
			b.Fatal(err)
		}
		b.Run("rate="+strings.ReplaceAll(text, " ", ""), func(b *testing.B) {
			e := r.Evaluator()
			for b.Loop() {
				e.Row(out, in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/voxel")
		})
	}
}
