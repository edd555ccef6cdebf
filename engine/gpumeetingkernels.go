package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

type seeCohortArgs struct {
	Shape      [3]int32     `gl:"shape"`
	Density    *gpu.Texture `gl:"density"`
	Near       *gpu.Texture `gl:"near,optional"`
	Unit       float32      `gl:"unit,optional"`
	Footprints *gpu.Buffer  `gl:"Footprints"`
	Seen       *gpu.Buffer  `gl:"Seen"`
	Count      int32        `gl:"count"`
	Row        int32        `gl:"row"`
}

type attributeArgs struct {
	Count       int32       `gl:"count"`
	Tags        int32       `gl:"tags"`
	Laws        *gpu.Buffer `gl:"Laws"`
	Senders     *gpu.Buffer `gl:"Senders"`
	Seen        *gpu.Buffer `gl:"Seen"`
	Corrections *gpu.Buffer `gl:"Corrections,optional"`
	Surfaces    *gpu.Buffer `gl:"Surfaces,optional"`
	Sinks       *gpu.Buffer `gl:"Sinks,optional"`
	Echoes      *gpu.Buffer `gl:"Echoes,optional"`
	States      *gpu.Buffer `gl:"states,optional"`
	Near        *gpu.Buffer `gl:"near,optional"`
	Carried     *gpu.Buffer `gl:"Carried,optional"`
	Planes      [4]int32    `gl:"planes,optional"`
	Unit        float32     `gl:"unit,optional"`
	Pulls       *gpu.Buffer `gl:"Pulls,optional"`
	Mix         float32     `gl:"mixture,optional"`
	First       int32       `gl:"first,optional"`
	Crowd       int32       `gl:"crowd,optional"`
	Exchanged   *gpu.Buffer `gl:"Exchanged,optional"`
	Stages      *gpu.Buffer `gl:"Stages,optional"`
	Euler       float32     `gl:"euler,optional"`
	cohortStageArgs
}

// tagKernels are the programs by which all cells meet the tags of one member of a group.
type tagKernels struct {
	see, seeInStage *gpu.Kernel[seeCohortArgs]
	scatter         *gpu.Kernel[scatterCohortArgs]
}

// meetingKernels are those of one meeting.
type meetingKernels struct {
	rate, stage               *gpu.Kernel[attributeArgs]
	surfaces, surfacesInStage *gpu.Kernel[attributeArgs] // nil before the first close cells
}

func (k *tagKernels) open(q *gpu.Queue, key programKey) error {
	return errors.Join(
		build(q, &k.see, "see_cohort", key.defines()),
		build(q, &k.seeInStage, "see_cohort", key.defines("STAGE")),
		build(q, &k.scatter, "scatter_cohort", scatterDefines(&Cohort{Fluids: make([]CohortFluid, 1)}, key)),
	)
}

func (k *tagKernels) free(q *gpu.Queue) {
	k.see.Free(q)
	k.seeInStage.Free(q)
	k.scatter.Free(q)
}

func (k *meetingKernels) open(q *gpu.Queue, defines func(extra ...string) map[string]string) error {
	return errors.Join(
		build(q, &k.rate, "attribute_cohort", defines()),
		build(q, &k.stage, "attribute_cohort", defines("STAGE")),
	)
}

func (k *meetingKernels) openPairs(q *gpu.Queue, defines func(extra ...string) map[string]string) error {
	return errors.Join(
		build(q, &k.surfaces, "attribute_cohort", defines("SURFACES")),
		build(q, &k.surfacesInStage, "attribute_cohort", defines("SURFACES", "STAGE")),
	)
}

func (k *meetingKernels) free(q *gpu.Queue) {
	k.rate.Free(q)
	k.stage.Free(q)
	k.surfaces.Free(q)
	k.surfacesInStage.Free(q)
}

// attributeDefines writes what the cells of a cohort do to the tags of a fluid as
// attribute_cohort.glsl takes it; carriers are variables.
func attributeDefines(c *Cohort, fluid int, carriers []int, key programKey, extra ...string) map[string]string {
	w := attributionWriter{kineticsWriter{Cohort: c}, &c.Fluids[fluid], carriers}
	defines := countDefines(c, key, extra...)
	defines["FLUID"], defines["CARRIERS"] = fmt.Sprint(fluid), fmt.Sprint(len(carriers))
	defines["PORTIONS"] = w.portions()
	var whole []string
	for _, v := range carriers {
		whole = append(whole, component("y", v))
	}
	defines["VARIABLES"] = strings.Join(whole, ", ")
	return defines
}

// attributionWriter writes as GLSL what cpu's meeting.take splits reactions into.
type attributionWriter struct {
	kineticsWriter
	fluid    *CohortFluid
	carriers []int
}

func (w attributionWriter) portions() string {
	var b strings.Builder
	for k, rate := range w.Kinetics.Rates {
		at := slices.IndexFunc(w.fluid.Terms, func(t FluidTerm) bool { return t.Rate == k })
		if at < 0 {
			if slices.ContainsFunc(w.Kinetics.Changes[k], func(c tissue.VariableChange) bool { return slices.Contains(w.carriers, c.Variable) }) {
				fmt.Fprintf(&b, "{ float n = %s; %s } ", rate.GLSL(w.name), w.portion(k, nothingGLSL, nothingGLSL))
			}
			continue
		}
		term := w.fluid.Terms[at]
		if term.Slope != nil {
			fmt.Fprintf(&b, "{ float s = %s; float n = s * surface; %s } ", term.Slope.GLSL(w.name), w.portion(k, scaled(term.Factor, "s"), scaled(term.Factor, "n")))
		}
		fmt.Fprintf(&b, "{ float n = %s; %s } ", rate.GLSL(w.without(w.fluid.Substrate)), w.portion(k, nothingGLSL, scaled(term.Factor, "n")))
	}
	return b.String()
}

// portion calls portion() for n events a second of a reaction.
func (w attributionWriter) portion(k int, slope, given string) string {
	if len(w.carriers) == 0 {
		return fmt.Sprintf("portion(%s, %s);", slope, given)
	}
	var changes []string
	for _, v := range w.carriers {
		factor := 0.
		for _, change := range w.Kinetics.Changes[k] {
			if change.Variable == v {
				factor += change.Factor
			}
		}
		changes = append(changes, scaled(factor, "n"))
	}
	return fmt.Sprintf("portion(%s, %s, float[%d](%s));", slope, given, len(changes), strings.Join(changes, ", "))
}
