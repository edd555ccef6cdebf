// Package shaders holds every GLSL file of the program and puts kernels together.
package shaders

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

//go:embed *.glsl include/*.glsl
var files embed.FS

// Variant is a kernel with the defines it is assembled with.
type Variant struct {
	Kernel  string // as in Kernels
	Defines map[string]string
}

// Variants lists the variants that the program uses; tests compile all of them.
// Of the eight choices of periodic axes it has none and all.
func Variants() []Variant {
	walls := map[string]string{}
	wrapped := map[string]string{"PERIODIC_X": "", "PERIODIC_Y": "", "PERIODIC_Z": ""}
	var all []Variant
	for _, dimensions := range []string{"2", "3"} {
		for _, v := range []Variant{
			{"copy", walls}, {"paint_slice", walls}, {"merge_slices", walls}, {"hollow_field", walls},
			{"render_scene", map[string]string{"FIELDS": "1"}}, {"render_scene", map[string]string{"FIELDS": "4"}}, {"render_scene", map[string]string{"FIELDS": "1", "PLATES": ""}},
			{"apply_stencil", walls}, {"apply_stencil", wrapped}, {"apply_stencil", map[string]string{"SUM": ""}},
			{"apply_stencil", map[string]string{"SUM": "", "MOSAIC": ""}}, {"advance_stage", map[string]string{"MOSAIC": ""}},
			{"apply_stencil", map[string]string{"SUM": "", "MOSAIC": "", "FLOW": ""}}, {"advance_stage", map[string]string{"MOSAIC": "", "FLOW": "", "PERIODIC_X": "", "PERIODIC_Y": ""}},
			{"reduce_step", map[string]string{"MOSAIC": "", "FLOW": ""}},
			{"advance_stage", walls}, {"advance_stage", wrapped}, {"advance_stage", map[string]string{"LAST": ""}},
			{"advance_stage", map[string]string{"SECOND": ""}}, {"advance_stage", map[string]string{"LAST": "", "SECOND": ""}},
			{"exchange_rate", walls}, {"exchange_stage", walls}, {"book_exchange", walls},
			{"exchange_rate", map[string]string{"DRIFT": ""}}, {"exchange_stage", map[string]string{"DRIFT": ""}},
			{"saturable_rate", walls}, {"saturable_stage", walls}, {"book_saturable", walls},
			{"reduce_step", walls}, {"reduce_step", map[string]string{"DEFECT": ""}}, {"reduce_step", map[string]string{"MOSAIC": ""}},
			{"react", autocatalysis()}, {"react", autocatalysis("STAGE")}, {"react", autocatalysis("MOSAIC")},
			{"react_tag", autocatalysis()}, {"react_tag", autocatalysis("STAGE")}, {"react_tag", autocatalysis("MOSAIC")},
			{"join_body", walls}, {"join_body", map[string]string{"RESPONDS": ""}}, {"sum_body", walls},
			{"gather_density", walls}, {"gather_density", wrapped}, {"copy_layer", walls}, {"project_layers", walls}, {"project_layers", map[string]string{"MOSAIC": ""}}, {"exchange_lod", walls}, {"impose_dirichlet", walls},
			{"sweep_lod", map[string]string{"AXIS": "0", "LINE": "32"}}, {"sweep_lod", map[string]string{"AXIS": "1"}}, {"sweep_lod", map[string]string{"AXIS": "2"}},
			{"residual_multigrid", walls}, {"advance_multigrid", walls}, {"combine_implicit", walls},
			{"assemble_implicit", walls}, {"assemble_implicit", map[string]string{"MOSAIC": ""}},
			{"exchange_implicit", walls}, {"exchange_implicit", map[string]string{"DRIFT": ""}}, {"exchange_implicit", map[string]string{"MOSAIC": ""}},
			{"saturable_implicit", walls}, {"saturable_implicit", map[string]string{"MOSAIC": ""}},
			{"defect_implicit", walls}, {"defect_implicit", map[string]string{"MOSAIC": ""}},
			{"excess_implicit", walls}, {"excess_implicit", map[string]string{"MOSAIC": ""}},
			{"lift_implicit", walls}, {"lift_implicit", map[string]string{"MOSAIC": ""}},
		} {
			defines := maps.Clone(v.Defines)
			defines["DIMENSIONS"] = dimensions
			all = append(all, Variant{v.Kernel, defines})
		}
		all = append(all, cohortVariants(dimensions)...)
	}
	all = append(all, multigridVariants()...)
	return append(all, Variant{"reduce_rows", walls}, Variant{"reduce_reactions", walls}, Variant{"copy_buffer", walls})
}

// cohortVariants lists those of cells with states of their own: receptors and a ligand, the
// receptors or the ligand alone.
func cohortVariants(dimensions string) []Variant {
	var all []Variant
	for _, of := range [][2]string{{"1", "1"}, {"0", "1"}, {"1", "0"}} {
		for _, extra := range [][]string{{}, {"STAGE"}, {"PAIRS"}, {"PAIRS", "STAGE"}, {"PAIRS", "SURFACES"}, {"PAIRS", "SURFACES", "STAGE"}} {
			if of[0] == "1" || len(extra) == 0 || extra[0] != "PAIRS" {
				all = append(all, Variant{"evaluate_cohort", binding(dimensions, of[0], of[1], extra...)})
			}
		}
		all = append(all, Variant{"steepen_cohort", binding(dimensions, of[0], of[1])})
	}
	for _, extra := range [][]string{{}, {"STAGE"}, {"SURFACES"}, {"SURFACES", "STAGE"}} { // tips
		defines := binding(dimensions, "1", "0", append(extra, "PAIRS", "ECHOES")...)
		defines["SOLVE"] = "bind[0] = 0.0; give[0] = echo; c[0] = surfaceOf(law[0], bind[0], give[0], c[0]);"
		defines["NET"], defines["FREED"] = "echo", "echo"
		all = append(all, Variant{"evaluate_cohort", defines})
	}
	all = append(all, Variant{"scatter_cohort", map[string]string{
		"DIMENSIONS": dimensions, "FLUIDS": "1", "FIELDS": "layout(r32f) uniform FIELD target0;", "STORE": "store(target0, v, load(target0, v) - sum[0]);",
	}})
	for _, kernel := range []string{"book_cohort", "step_cohort", "reduce_cohort", "correct_cohort", "see_cohort"} {
		all = append(all, Variant{kernel, map[string]string{"DIMENSIONS": dimensions}})
	}
	all = append(all, Variant{"see_cohort", map[string]string{"DIMENSIONS": dimensions, "STAGE": ""}})
	for _, extra := range [][]string{{}, {"STAGE"}, {"SURFACES"}, {"SURFACES", "STAGE"}} {
		all = append(all, Variant{"attribute_cohort", attributing(dimensions, "1", extra...)}, Variant{"attribute_cohort", attributing(dimensions, "0", extra...)})
		if len(extra) == 0 || extra[0] == "STAGE" {
			all = append(all, Variant{"attribute_cohort", attributing(dimensions, "0", append(extra, "PLAIN")...)})
		}
		tips := attributing(dimensions, "0", append(extra, "ECHOES")...)
		tips["PORTIONS"] = ""
		all = append(all, Variant{"attribute_cohort", tips})
	}
	return all
}

// attributing returns the defines of cells whose receptors bind a ligand, and carry its tags
// or, with no carriers, swallow it.
func attributing(dimensions, carriers string, extra ...string) map[string]string {
	defines := binding(dimensions, "1", carriers, extra...)
	defines["FLUID"], defines["CARRIERS"] = "0", carriers
	defines["PORTIONS"], defines["VARIABLES"] = "{ float s = 0.031; float n = s * surface; portion(-s, -n); }", ""
	if carriers == "1" {
		defines["PORTIONS"] = "{ float s = (0.031 * y[0].x); float n = s * surface; portion(((-1.0) * s), ((-1.0) * n), float[1]((1.0 * n))); }"
		defines["VARIABLES"] = "y[0].y"
	}
	return defines
}

// binding returns the defines of cells whose receptors, in x of the first vector of
// variables, bind a ligand and are then in y.
func binding(dimensions, fluids, fours string, extra ...string) map[string]string {
	defines := map[string]string{
		"DIMENSIONS": dimensions, "FLUIDS": fluids, "FOURS": fours, "REACTIONS": "0", "DERIVATIVES": "", "MEMBER": "0",
		"FIELDS": "layout(r32f) readonly uniform FIELD density0;", "SEE": "c[0] += part * load(density0, v);",
		"SOLVE": "bind[0] = 0.0; give[0] = 0.0; c[0] = surfaceOf(law[0], bind[0], give[0], c[0]);",
		"RATES": "", "NET": "0.0", "FREED": "0.0", "OWN": "0.0", "PULLS": "0.0", "CHANGE": "vec4(0.0)", "ROWS": "vec4(0.0)",
	}
	if fluids+fours == "11" {
		defines["REACTIONS"], defines["RATES"] = "1", "r[0] = ((0.031 * c[0]) * y[0].x);"
		defines["DERIVATIVES"] = "float d0_0 = (0.031 * y[0].x); float d0_1 = (0.031 * c[0]);"
		defines["SOLVE"] = "bind[0] = (0.031 * y[0].x); give[0] = 0.0; c[0] = surfaceOf(law[0], bind[0], give[0], c[0]);"
		defines["NET"], defines["OWN"], defines["PULLS"] = "((-1.0) * r[0])", "((-1.0) * d0_0)", "abs(((-1.0) * d0_1)) * scales[0].x"
		defines["CHANGE"] = "vec4(((-1.0) * r[0]), (1.0 * r[0]), 0.0, 0.0)"
		defines["ROWS"] = "vec4(abs(((-1.0) * d0_1)) * scales[0].x + abs(((-1.0) * d0_0)) * ease[0], abs((1.0 * d0_1)) * scales[0].x, 0.0, 0.0)"
	}
	for _, name := range extra {
		defines[name] = ""
	}
	return defines
}

// multigridVariants lists those that see no textures.
func multigridVariants() []Variant {
	var all []Variant
	for _, kernel := range []string{
		"restrict_multigrid", "prolong_multigrid", "solve_multigrid", "restrict_sinks", "project_multigrid",
		"turn_multigrid", "curve_multigrid", "relax_multigrid",
		"relax_linked", "remain_multigrid", "gather_multigrid", "interpolate_multigrid",
	} {
		all = append(all, Variant{kernel, nil})
	}
	all = append(all, Variant{"relax_multigrid", map[string]string{"START": ""}})
	for _, role := range []string{"RESIDUAL", "PROJECT", "CURVE", "LIFT"} {
		all = append(all, Variant{"sum_multigrid", map[string]string{role: ""}})
	}
	return all
}

// autocatalysis returns the defines of a pair of substrates: y0' = y0 y0 y1.
func autocatalysis(extra ...string) map[string]string {
	defines := map[string]string{
		"MEMBERS": "2", "OWN": "0", "TERMS": "1", "NET": "y[0] * y[0] * y[1]", "SLOPE": "abs(2.0 * y[0] * y[1]) + abs(y[0] * y[0].x)",
		"FIELDS": "uniform FIELD_SAMPLER density0; uniform FIELD_SAMPLER near0; uniform FIELD_SAMPLER density1; uniform FIELD_SAMPLER near1;",
		"READ":   "y[0] = fetch(density0, v); y[1] = fetch(density1, v);",
		"ADD":    "y[0] += valueScale * fetch(near0, v); y[1] += valueScale * fetch(near1, v);",
	}
	for _, name := range extra {
		defines[name] = ""
	}
	return defines
}

// Kernels lists the kernels by name: "copy" is the file copy.glsl.
func Kernels() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the files are in the binary
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".glsl"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Assemble returns the source of a kernel: the version, the defines in the order of their names, and the file with its
// includes put in their places, each once. Lines keep their numbers in their files; comments at the top say which kernel
// it is and which number each file has, for a compiler's message to be understood:
//
//	#version 430 core
//	// kernel copy DIMENSIONS=3
//	// source 0: copy.glsl
//	// source 1: include/grid.glsl
//	#define DIMENSIONS 3
//	#line 1 0
func Assemble(kernel string, defines map[string]string) (string, error) {
	kernel = strings.TrimSuffix(kernel, ".glsl")
	a := assembly{numbers: map[string]int{}}
	title := "// kernel " + kernel
	var defined strings.Builder
	for _, name := range slices.Sorted(maps.Keys(defines)) {
		title += " " + name + "=" + defines[name]
		fmt.Fprintf(&defined, "#define %s %s\n", name, defines[name])
	}
	if err := a.add(kernel + ".glsl"); err != nil {
		return "", fmt.Errorf("shaders: kernel %s: %w", kernel, err)
	}
	var b strings.Builder
	b.WriteString("#version 430 core\n" + title + "\n")
	for i, name := range a.names {
		fmt.Fprintf(&b, "// source %d: %s\n", i, name)
	}
	b.WriteString(defined.String() + a.text.String())
	for i, c := range []byte(b.String()) {
		if c > 126 || c < ' ' && c != '\n' && c != '\t' {
			line := strings.Count(b.String()[:i], "\n")
			return "", fmt.Errorf("shaders: kernel %s: byte 0x%02x is not ASCII, which some compilers refuse: %s",
				kernel, c, strings.Split(b.String(), "\n")[line])
		}
	}
	return b.String(), nil
}

// assembly is the text of a kernel as far as it has been put together.
type assembly struct {
	text    strings.Builder
	names   []string       // files in the order of their numbers
	numbers map[string]int // and back
}

// add appends a file that is not there yet.
func (a *assembly) add(file string) error {
	if _, ok := a.numbers[file]; ok {
		return nil
	}
	source, err := files.ReadFile(file)
	if err != nil {
		return fmt.Errorf("there is no file %s", file)
	}
	number := len(a.names)
	a.numbers[file] = number
	a.names = append(a.names, file)
	fmt.Fprintf(&a.text, "#line 1 %d\n", number)
	line := 0
	for text := range strings.Lines(string(source)) {
		line++
		include, ok := strings.CutPrefix(strings.TrimSpace(text), "#include ")
		if !ok {
			a.text.WriteString(text)
			continue
		}
		if err := a.add(path.Join("include", strings.Trim(include, `"`))); err != nil {
			return fmt.Errorf("%s:%d: %w", file, line, err)
		}
		fmt.Fprintf(&a.text, "#line %d %d\n", line+1, number)
	}
	return nil
}
