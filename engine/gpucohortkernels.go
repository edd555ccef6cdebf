package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// The states of a cohort take so many images, and as storage blocks they make a kernel twice
// as slow on llvmpipe. What is left is for the fluids.
const (
	imagesOfRate  = 2
	imagesOfStage = 4
)

type cohortArgs struct {
	memberFields
	Shape       [3]int32    `gl:"shape,optional"`
	Count       int32       `gl:"count"`
	States      *gpu.Buffer `gl:"states,optional"`
	Rates       *gpu.Buffer `gl:"rates,optional"`
	Near        *gpu.Buffer `gl:"near,optional"`
	Far         *gpu.Buffer `gl:"far,optional"`
	Scales      *gpu.Buffer `gl:"Scales,optional"`
	Rows        *gpu.Buffer `gl:"Rows,optional"`
	Laws        *gpu.Buffer `gl:"Laws,optional"`
	Footprints  *gpu.Buffer `gl:"Footprints,optional"`
	Exchanged   *gpu.Buffer `gl:"Exchanged,optional"`
	Slopes      *gpu.Buffer `gl:"Slopes,optional"`
	Stages      *gpu.Buffer `gl:"Stages,optional"`
	Corrections *gpu.Buffer `gl:"Corrections,optional"`
	Pulls       *gpu.Buffer `gl:"Pulls,optional"`
	Sinks       *gpu.Buffer `gl:"Sinks,optional"`
	Echoes      *gpu.Buffer `gl:"Echoes,optional"`
	Unit        float32     `gl:"unit,optional"`
	First       int32       `gl:"first,optional"`
	Crowd       int32       `gl:"crowd,optional"`
	Mix         float32     `gl:"mixture,optional"`
	cohortStageArgs
}

// cohortStageArgs are those of a stage.
type cohortStageArgs struct {
	Mu     float32 `gl:"mu,optional"`
	Nu     float32 `gl:"nu,optional"`
	Share  float32 `gl:"share,optional"`
	Scale  float32 `gl:"scale,optional"`
	Last   float32 `gl:"last,optional"`
	Weight float32 `gl:"weight,optional"`
	Keep   float32 `gl:"keep,optional"`
}

// newCohortStageArgs returns those of stage j+2. As d_0 = 0 and d_1 = μ̃_1 dt F(y), neither is
// kept; see gpuStepper.stage.
func newCohortStageArgs(dt float64, scheme *RKC2, j int) cohortStageArgs {
	s := scheme.Stages[j]
	args := cohortStageArgs{
		Mu: float32(s.Mu), Nu: float32(s.Nu), Share: float32(dt * s.RateShare), Scale: float32(dt * s.MuTilde),
		Weight: float32(s.Weight), Keep: 1,
	}
	switch j {
	case 0:
		args.Nu, args.Keep = 0, 0
	case 1:
		args.Nu, args.Share = 0, float32(dt*(s.RateShare+s.Nu*scheme.First))
	}
	if j == len(scheme.Stages)-1 {
		args.Last = 1
	}
	return args
}

type scatterCohortArgs struct {
	Target0   *gpu.Texture `gl:"target0"`
	Target1   *gpu.Texture `gl:"target1,optional"`
	Target2   *gpu.Texture `gl:"target2,optional"`
	Target3   *gpu.Texture `gl:"target3,optional"`
	Target4   *gpu.Texture `gl:"target4,optional"`
	Target5   *gpu.Texture `gl:"target5,optional"`
	Target6   *gpu.Texture `gl:"target6,optional"`
	Target7   *gpu.Texture `gl:"target7,optional"`
	Sites     *gpu.Buffer  `gl:"Sites"`
	Drops     *gpu.Buffer  `gl:"Drops"`
	Portions  *gpu.Buffer  `gl:"Portions"`
	Exchanged *gpu.Buffer  `gl:"Exchanged"`
	Count     int32        `gl:"count"`
	Cells     int32        `gl:"cells,optional"`
	Fluid     int32        `gl:"fluid,optional"`
	Row       int32        `gl:"row,optional"`
	Scale     float32      `gl:"scale"`
}

func (a *scatterCohortArgs) target(i int) **gpu.Texture {
	return [maxMembers]**gpu.Texture{&a.Target0, &a.Target1, &a.Target2, &a.Target3, &a.Target4, &a.Target5, &a.Target6, &a.Target7}[i]
}

type bookCohortArgs struct {
	Exchanged *gpu.Buffer `gl:"Exchanged"`
	Stages    *gpu.Buffer `gl:"Stages"`
	Sums      *gpu.Buffer `gl:"Sums"`
	Count     int32       `gl:"count"`
	Dt        float32     `gl:"dt"`
	Keep      float32     `gl:"keep"`
}

type stepCohortArgs struct {
	States *gpu.Buffer `gl:"States"`
	Rates  *gpu.Buffer `gl:"Rates"`
	Count  int32       `gl:"count"`
	Dt     float32     `gl:"dt"`
}

type reduceCohortArgs struct {
	Candidates *gpu.Buffer `gl:"candidates"`
	States     *gpu.Buffer `gl:"states"`
	Rates      *gpu.Buffer `gl:"rates"`
	RatesNext  *gpu.Buffer `gl:"ratesNext"`
	Strands    *gpu.Buffer `gl:"Strands"`
	Count      int32       `gl:"count"`
	StrandSize int32       `gl:"strands"`
	HalfStep   float32     `gl:"halfStep"`
}

type steepenCohortArgs struct {
	Rows        *gpu.Buffer `gl:"Rows,optional"`
	Sites       *gpu.Buffer `gl:"Sites,optional"`
	Drops       *gpu.Buffer `gl:"Drops,optional"`
	Portions    *gpu.Buffer `gl:"Portions,optional"`
	Slopes      *gpu.Buffer `gl:"Slopes,optional"`
	Strands     *gpu.Buffer `gl:"Strands"`
	Count       int32       `gl:"count,optional"`
	Cells       int32       `gl:"cells,optional"`
	StrandCount int32       `gl:"strands"`
}

type correctCohortArgs struct {
	Neighbours  *gpu.Buffer `gl:"Neighbours"`
	Spreads     *gpu.Buffer `gl:"Spreads"`
	Pulls       *gpu.Buffer `gl:"Pulls"`
	Corrections *gpu.Buffer `gl:"Corrections"`
	Count       int32       `gl:"count"`
	Crowd       int32       `gl:"crowd"`
	Fluid       int32       `gl:"fluid"`
	Row         int32       `gl:"row"`
	Member      int32       `gl:"member"`
}

// cohortKernels are the programs of one cohort.
type cohortKernels struct {
	rate, stage *gpu.Kernel[cohortArgs]
	scatter     *gpu.Kernel[scatterCohortArgs] // nil without fluids
	steepen     *gpu.Kernel[steepenCohortArgs]
}

// pairKernels are those of a cohort in a group with close cells.
type pairKernels struct {
	rate, stage               *gpu.Kernel[cohortArgs]
	surfaces, surfacesInStage *gpu.Kernel[cohortArgs]
}

// sharedKernels are those of all cohorts of a group and of their tags.
type sharedKernels struct {
	book    *gpu.Kernel[bookCohortArgs]
	step    *gpu.Kernel[stepCohortArgs]
	reduce  *gpu.Kernel[reduceCohortArgs]
	correct *gpu.Kernel[correctCohortArgs] // nil before the first close cells
}

// bookCells adds to the sums of so many cells, or does nothing without any.
func (k *sharedKernels) bookCells(q *gpu.Queue, args bookCohortArgs) error {
	if args.Count == 0 {
		return nil
	}
	return k.book.Launch(q, [3]int{int(args.Count), 1, 1}, &args)
}

func (k *cohortKernels) open(q *gpu.Queue, c *Cohort, key programKey) error {
	err := errors.Join(
		build(q, &k.rate, "evaluate_cohort", cohortDefines(c, key)),
		build(q, &k.stage, "evaluate_cohort", cohortDefines(c, key, "STAGE")),
		build(q, &k.steepen, "steepen_cohort", countDefines(c, key)),
	)
	if len(c.Fluids) > 0 {
		err = errors.Join(err, build(q, &k.scatter, "scatter_cohort", scatterDefines(c, key)))
	}
	return err
}

func (k *cohortKernels) free(q *gpu.Queue) {
	k.rate.Free(q)
	k.stage.Free(q)
	k.scatter.Free(q)
	k.steepen.Free(q)
}

func (k *pairKernels) open(q *gpu.Queue, c *Cohort, key programKey) error {
	return errors.Join(
		build(q, &k.rate, "evaluate_cohort", cohortDefines(c, key, "PAIRS")),
		build(q, &k.stage, "evaluate_cohort", cohortDefines(c, key, "PAIRS", "STAGE")),
		build(q, &k.surfaces, "evaluate_cohort", cohortDefines(c, key, "PAIRS", "SURFACES")),
		build(q, &k.surfacesInStage, "evaluate_cohort", cohortDefines(c, key, "PAIRS", "SURFACES", "STAGE")),
	)
}

func (k *pairKernels) free(q *gpu.Queue) {
	k.rate.Free(q)
	k.stage.Free(q)
	k.surfaces.Free(q)
	k.surfacesInStage.Free(q)
}

// open compiles them once.
func (k *sharedKernels) open(q *gpu.Queue) error {
	if k.book != nil {
		return nil
	}
	return errors.Join(
		build(q, &k.book, "book_cohort", nil),
		build(q, &k.step, "step_cohort", nil),
		build(q, &k.reduce, "reduce_cohort", nil),
	)
}

func (k *sharedKernels) free(q *gpu.Queue) {
	k.book.Free(q)
	k.step.Free(q)
	k.reduce.Free(q)
	k.correct.Free(q)
}

// countDefines says how much there is in a cohort.
func countDefines(c *Cohort, key programKey, extra ...string) map[string]string {
	defines := key.defines(extra...)
	defines["FLUIDS"] = fmt.Sprint(len(c.Fluids))
	defines["FOURS"] = fmt.Sprint(fours(len(c.State)))
	defines["REACTIONS"] = fmt.Sprint(len(c.Kinetics.Rates))
	return defines
}

// scatterDefines declares the targets of scatter_cohort.glsl.
func scatterDefines(c *Cohort, key programKey) map[string]string {
	var fields, store strings.Builder
	for f := range c.Fluids {
		fmt.Fprintf(&fields, "layout(r32f) uniform FIELD target%d; ", f)
		fmt.Fprintf(&store, "store(target%d, v, load(target%d, v) - sum[%d]); ", f, f, f)
	}
	defines := countDefines(c, key)
	defines["FIELDS"], defines["STORE"] = fields.String(), store.String()
	return defines
}

// cohortDefines writes a cohort's reactions as evaluate_cohort.glsl takes them.
func cohortDefines(c *Cohort, key programKey, extra ...string) map[string]string {
	if c.Tips != nil && slices.Contains(extra, "PAIRS") {
		extra = append(extra, "ECHOES")
	}
	w := kineticsWriter{c, slices.Contains(extra, "ECHOES")}
	defines := countDefines(c, key, extra...)
	defines["FIELDS"], defines["SEE"] = w.fields(slices.Contains(extra, "STAGE"))
	defines["SOLVE"], defines["RATES"], defines["DERIVATIVES"] = w.solve(), w.rates(), w.derivatives()
	defines["NET"] = w.eachFluid(w.net)
	defines["FREED"] = w.eachFluid(w.freed)
	defines["OWN"] = w.eachFluid(func(f int) string { return w.ofFluid(f, f) })
	defines["PULLS"] = w.eachFluid(w.pull)
	defines["MEMBER"] = w.eachFluid(func(f int) string { return fmt.Sprint(c.Fluids[f].Member) })
	defines["CHANGE"] = w.inFours(w.change)
	defines["ROWS"] = w.inFours(w.row)
	return defines
}

// kineticsWriter writes what the cells of a cohort do as GLSL, over densities c and
// states y. Derivatives are by columns: of the fluids and, behind them, of the variables.
type kineticsWriter struct {
	*Cohort
	echoes bool // whether cells give off echoes besides
}

// name of an index of the rates.
func (w kineticsWriter) name(index int) string {
	if v := index - w.Kinetics.Substrates; v >= 0 {
		return component("y", v)
	}
	return fmt.Sprintf("c[%d]", w.column(index))
}

func (w kineticsWriter) column(index int) int {
	if v := index - w.Kinetics.Substrates; v >= 0 {
		return len(w.Fluids) + v
	}
	return slices.IndexFunc(w.Fluids, func(f CohortFluid) bool { return int(f.Substrate) == index })
}

func (w kineticsWriter) eachFluid(write func(f int) string) string {
	var all []string
	for f := range w.Fluids {
		all = append(all, write(f))
	}
	return strings.Join(all, ", ")
}

// inFours writes of all variables, four to a vector.
func (w kineticsWriter) inFours(write func(v int) string) string {
	var all []string
	for first := 0; first < len(w.State); first += 4 {
		four := [4]string{nothingGLSL, nothingGLSL, nothingGLSL, nothingGLSL}
		for v := first; v < min(first+4, len(w.State)); v++ {
			four[v-first] = write(v)
		}
		all = append(all, "vec4("+strings.Join(four[:], ", ")+")")
	}
	return strings.Join(all, ", ")
}

// component is that of a variable in an array of vectors of four.
func component(array string, variable int) string {
	return fmt.Sprintf("%s[%d].%c", array, variable/4, "xyzw"[variable%4])
}

// fours returns how many vectors of four hold so many variables.
func fours(variables int) int { return (variables + 3) / 4 }

// fields declares what the cells see, and adds it up.
func (w kineticsWriter) fields(stage bool) (declared, seen string) {
	field, images := "density", imagesOfRate
	if stage {
		field, images = "near", imagesOfStage
	}
	if len(w.State) == 0 {
		images = 0
	}
	declare, get := reading(images + len(w.Fluids))
	var fields, see strings.Builder
	for f := range w.Fluids {
		fmt.Fprintf(&fields, "%s %s%d; ", declare, field, f)
		fmt.Fprintf(&see, "c[%d] += part * %s(%s%d, v); ", f, get, field, f)
	}
	return fields.String(), see.String()
}

// solve makes the densities at the surface of those seen, with what reactions bind per
// density and give off at density 0.
func (w kineticsWriter) solve() string {
	var b strings.Builder
	for f, fluid := range w.Fluids {
		var bind, give []string
		if w.echoes {
			give = append(give, echoGLSL)
		}
		for _, term := range fluid.Terms {
			give = append(give, scaled(term.Factor, w.Kinetics.Rates[term.Rate].GLSL(w.without(fluid.Substrate))))
			if term.Slope != nil {
				bind = append(bind, scaled(-term.Factor, term.Slope.GLSL(w.name)))
			}
		}
		fmt.Fprintf(&b, "bind[%d] = %s; give[%d] = %s; c[%d] = surfaceOf(law[%d], bind[%d], give[%d], c[%d]); ",
			f, sumOf(bind), f, sumOf(give), f, f, f, f, f)
	}
	return b.String()
}

// without is name where there is none of a substrate.
func (w kineticsWriter) without(s tissue.SubstrateID) func(index int) string {
	return func(index int) string {
		if index == int(s) {
			return nothingGLSL
		}
		return w.name(index)
	}
}

func (w kineticsWriter) rates() string {
	var b strings.Builder
	for k, rate := range w.Kinetics.Rates {
		fmt.Fprintf(&b, "r[%d] = %s; ", k, rate.GLSL(w.name))
	}
	return b.String()
}

func (w kineticsWriter) derivatives() string {
	var b strings.Builder
	for k, rate := range w.Kinetics.Rates {
		for _, index := range rate.Uses() {
			fmt.Fprintf(&b, "float %s = %s; ", derivativeName(k, w.column(index)), rate.Derivative(index).GLSL(w.name))
		}
	}
	return b.String()
}

func derivativeName(rate, column int) string { return fmt.Sprintf("d%d_%d", rate, column) }

// net is what reactions give to a fluid.
func (w kineticsWriter) net(f int) string {
	if w.echoes {
		return echoGLSL
	}
	var sum []string
	for _, term := range w.Fluids[f].Terms {
		sum = append(sum, scaled(term.Factor, fmt.Sprintf("r[%d]", term.Rate)))
	}
	return sumOf(sum)
}

// freed is what of it counts as given off.
func (w kineticsWriter) freed(f int) string {
	fluid := &w.Fluids[f]
	switch {
	case w.echoes:
		return echoGLSL
	case fluid.Binds():
		return nothingGLSL
	}
	var sum []string
	for _, term := range fluid.Terms {
		if term.Factor > 0 {
			sum = append(sum, scaled(term.Factor, fmt.Sprintf("r[%d]", term.Rate)))
		}
	}
	return sumOf(sum)
}

func (w kineticsWriter) change(v int) string {
	var sum []string
	for k, changes := range w.Kinetics.Changes {
		for _, change := range changes {
			if change.Variable == v {
				sum = append(sum, scaled(change.Factor, fmt.Sprintf("r[%d]", k)))
			}
		}
	}
	return sumOf(sum)
}

// ofFluid is the derivative of what a fluid is given.
func (w kineticsWriter) ofFluid(f, column int) string {
	var sum []string
	for _, term := range w.Fluids[f].Terms {
		if w.depends(term.Rate, column) {
			sum = append(sum, scaled(term.Factor, derivativeName(term.Rate, column)))
		}
	}
	return sumOf(sum)
}

// ofVariable is the derivative of what changes a variable.
func (w kineticsWriter) ofVariable(v, column int) string {
	var sum []string
	for k, changes := range w.Kinetics.Changes {
		for _, change := range changes {
			if change.Variable == v && w.depends(k, column) {
				sum = append(sum, scaled(change.Factor, derivativeName(k, column)))
			}
		}
	}
	return sumOf(sum)
}

func (w kineticsWriter) depends(rate, column int) bool {
	return slices.ContainsFunc(w.Kinetics.Rates[rate].Uses(), func(index int) bool { return w.column(index) == column })
}

// pull is Σ |∂J/∂y_u| w_u of a fluid at a fixed density at the surface.
func (w kineticsWriter) pull(f int) string {
	var sum []string
	for u := range w.State {
		sum = append(sum, magnitude(w.ofFluid(f, len(w.Fluids)+u), component("scales", u))...)
	}
	return sumOf(sum)
}

// row is that of a variable in the Jacobian, times its scale.
func (w kineticsWriter) row(v int) string {
	var sum []string
	for u := range w.State {
		sum = append(sum, magnitude(w.ofVariable(v, len(w.Fluids)+u), component("scales", u))...)
	}
	for f := range w.Fluids {
		sum = append(sum, magnitude(w.ofVariable(v, f), fmt.Sprintf("ease[%d]", f))...)
	}
	return sumOf(sum)
}

// magnitude writes |term| times a weight, or nothing of nothing.
func magnitude(term, weight string) []string {
	if term == nothingGLSL {
		return nil
	}
	return []string{fmt.Sprintf("abs(%s) * %s", term, weight)}
}

func scaled(factor float64, term string) string {
	return fmt.Sprintf("(%s * %s)", expression.GLSLNumber(factor), term)
}

const (
	nothingGLSL = "0.0"
	echoGLSL    = "echo"
)

func sumOf(terms []string) string {
	if len(terms) == 0 {
		return nothingGLSL
	}
	return strings.Join(terms, " + ")
}
