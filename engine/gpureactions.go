package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// maxMembers is how many substrates reactions may couple on a device: two samplers each.
const maxMembers = 8

// Images of react.glsl and react_tag.glsl that are not the members'.
const (
	imagesOfReact = 1
	imagesOfTag   = 3
)

// memberFields are the densities and increments of the members, in their order.
type memberFields struct {
	Density0 *gpu.Texture `gl:"density0,optional"`
	Density1 *gpu.Texture `gl:"density1,optional"`
	Density2 *gpu.Texture `gl:"density2,optional"`
	Density3 *gpu.Texture `gl:"density3,optional"`
	Density4 *gpu.Texture `gl:"density4,optional"`
	Density5 *gpu.Texture `gl:"density5,optional"`
	Density6 *gpu.Texture `gl:"density6,optional"`
	Density7 *gpu.Texture `gl:"density7,optional"`
	Near0    *gpu.Texture `gl:"near0,optional"`
	Near1    *gpu.Texture `gl:"near1,optional"`
	Near2    *gpu.Texture `gl:"near2,optional"`
	Near3    *gpu.Texture `gl:"near3,optional"`
	Near4    *gpu.Texture `gl:"near4,optional"`
	Near5    *gpu.Texture `gl:"near5,optional"`
	Near6    *gpu.Texture `gl:"near6,optional"`
	Near7    *gpu.Texture `gl:"near7,optional"`
}

func (f *memberFields) density(i int) **gpu.Texture {
	return [maxMembers]**gpu.Texture{&f.Density0, &f.Density1, &f.Density2, &f.Density3, &f.Density4, &f.Density5, &f.Density6, &f.Density7}[i]
}

func (f *memberFields) near(i int) **gpu.Texture {
	return [maxMembers]**gpu.Texture{&f.Near0, &f.Near1, &f.Near2, &f.Near3, &f.Near4, &f.Near5, &f.Near6, &f.Near7}[i]
}

type reactArgs struct {
	Shape [3]int32 `gl:"shape"`
	mosaicArgs
	memberFields
	Target     *gpu.Texture `gl:"target"`
	Tag        *gpu.Texture `gl:"tag,optional"` // and its increment: of react_tag
	Near       *gpu.Texture `gl:"near,optional"`
	Rest       float32      `gl:"rest,optional"`
	Reacted    *gpu.Buffer  `gl:"Reacted"`
	Scale      float32      `gl:"scale,optional"` // of a constant rate, stages need none
	Share      float32      `gl:"share,optional"`
	ValueScale float32      `gl:"valueScale,optional"`
	Weight     float32      `gl:"weight,optional"`
	Keep       float32      `gl:"keep"`
}

type reactionRowsArgs struct {
	Shape   [3]int32    `gl:"shape"` // columns per row, rows
	Reacted *gpu.Buffer `gl:"Reacted"`
	Rows    *gpu.Buffer `gl:"Rows"`
}

// gpuReactions are the reactions of a group on a device. Nil does nothing.
type gpuReactions struct {
	group   *gpuGroup
	rate    []*gpu.Kernel[reactArgs] // per member; nil for one that nothing changes
	stage   []*gpu.Kernel[reactArgs]
	sum     *gpu.Kernel[reactionRowsArgs]
	reacted []*gpu.Buffer // per member
	rowSums *gpu.Buffer
	rows    [][4]float32
}

func newGPUReactions(q *gpu.Queue, g *gpuGroup, r Reactions) (all *gpuReactions, err error) {
	n := len(g.members)
	if n > maxMembers {
		return nil, fmt.Errorf("reactions couple %d substrates: want at most %d on a GPU, or --device cpu", n, maxMembers)
	}
	all = &gpuReactions{
		group: g, rate: make([]*gpu.Kernel[reactArgs], n), stage: make([]*gpu.Kernel[reactArgs], n), reacted: make([]*gpu.Buffer, n),
	}
	columns := g.members[0].columns
	all.rows = make([][4]float32, columns[1]*columns[2])
	err = build(q, &all.sum, "reduce_reactions", nil)
	for i, st := range g.members {
		if err == nil {
			err = all.open(q, r, i, keyOf(st.Substrate, Adaptive))
		}
		if err == nil {
			all.reacted[i], err = q.NewBuffer(columns[0] * len(all.rows) * 16)
		}
	}
	if err == nil {
		all.rowSums, err = q.NewBuffer(len(all.rows) * 16)
	}
	if err != nil {
		all.free(q)
		return nil, err
	}
	return all, nil
}

// open compiles the kernels of a member.
func (all *gpuReactions) open(q *gpu.Queue, r Reactions, member int, key programKey) error {
	defines, ok := all.group.reactDefines(r, member, key)
	if !ok {
		return nil
	}
	err := build(q, &all.rate[member], "react", defines)
	defines["STAGE"] = ""
	return errors.Join(err, build(q, &all.stage[member], "react", defines))
}

// reactDefines writes the reactions that change a member as GLSL; ok is false where none does.
func (g *gpuGroup) reactDefines(r Reactions, member int, key programKey) (defines map[string]string, ok bool) {
	name, net := g.densityName, g.netOf(r, member)
	if len(net) == 0 {
		return nil, false
	}
	var slopes []string
	for _, terms := range r.Jacobian(member) {
		var sum []string
		for _, term := range terms {
			sum = append(sum, fmt.Sprintf("(%s * %s)", expression.GLSLNumber(term.Factor), term.Derivative.GLSL(name)))
		}
		slopes = append(slopes, "abs("+strings.Join(sum, " + ")+")")
	}
	if len(slopes) == 0 {
		slopes = []string{"0.0"}
	}
	defines = g.memberDefines(key, imagesOfReact)
	defines["NET"], defines["SLOPE"] = strings.Join(net, " + "), strings.Join(slopes, " + ")
	return defines, true
}

// densityName is that of a substrate's density in the rates.
func (g *gpuGroup) densityName(variable int) string {
	return fmt.Sprintf("y[%d]", g.memberOf(tissue.SubstrateID(variable)))
}

// netOf writes what each reaction does to a member.
func (g *gpuGroup) netOf(r Reactions, member int) (terms []string) {
	for k, rate := range r.Rates {
		for _, change := range r.Changes[k] {
			if change.Member == member {
				terms = append(terms, scaled(change.Factor, rate.GLSL(g.densityName)))
			}
		}
	}
	return terms
}

// memberDefines declares the members' densities and increments beside so many images of the
// kernel's own, and reads them.
func (g *gpuGroup) memberDefines(key programKey, images int) map[string]string {
	declare, get := reading(images + 2*len(g.members))
	var fields, read, add strings.Builder
	for i := range g.members {
		fmt.Fprintf(&fields, "%s density%d; %s near%d; ", declare, i, declare, i)
		fmt.Fprintf(&read, "y[%d] = %s(density%d, v); ", i, get, i)
		fmt.Fprintf(&add, "y[%d] += valueScale * %s(near%d, v); ", i, get, i)
	}
	defines := key.defines()
	defines["MEMBERS"] = fmt.Sprint(len(g.members))
	defines["FIELDS"], defines["READ"], defines["ADD"] = fields.String(), read.String(), add.String()
	return defines
}

// memberOf returns the position of a substrate in the group.
func (g *gpuGroup) memberOf(id tissue.SubstrateID) int {
	for i, st := range g.members {
		if st.ID == id {
			return i
		}
	}
	panic("engine: a reaction of another group")
}

func (all *gpuReactions) free(q *gpu.Queue) {
	if all == nil {
		return
	}
	for i := range all.rate {
		all.rate[i].Free(q)
		all.stage[i].Free(q)
		all.reacted[i].Free(q)
	}
	all.sum.Free(q)
	all.rowSums.Free(q)
}

func (all *gpuReactions) args(st *gpuStepper, reacted *gpu.Buffer, target *gpu.Texture, scale float64, sum tally) reactArgs {
	keep := float32(0)
	if sum.keep {
		keep = 1
	}
	return reactArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Target: target, Reacted: reacted,
		Scale: float32(scale), Share: float32(st.ReactionShare),
		Weight: float32(sum.weight), Keep: keep,
	}
}

// tally says with what weight a rate joins the sum of what reacted, and whether that
// goes on from before.
type tally struct {
	weight float64
	keep   bool
}

// take picks the members' densities.
func (a *reactArgs) take(members []*gpuStepper, density func(*gpuStepper) *gpu.Texture) {
	for i, st := range members {
		*a.density(i) = density(st)
	}
}

// takeStage picks the members' densities and increments at which stage j+2 evaluates F.
// The first evaluates it at first × rate; see gpuStepper.stage.
func (a *reactArgs) takeStage(members []*gpuStepper, dt float64, scheme *RKC2, j int) {
	at := (*gpuStepper).rateNext // near
	a.ValueScale = 1
	if j == 0 {
		at, a.ValueScale = (*gpuStepper).rateNow, float32(dt*scheme.First)
	}
	for i, st := range members {
		*a.density(i), *a.near(i) = st.density, at(st)
	}
}

// addRate adds scale F(c) to a field of every member; density and target pick the fields.
func (all *gpuReactions) addRate(q *gpu.Queue, density, target func(*gpuStepper) *gpu.Texture, scale float64, sum tally) error {
	if all == nil {
		return nil
	}
	for i, st := range all.group.members {
		if all.rate[i] == nil {
			continue
		}
		args := all.args(st, all.reacted[i], target(st), scale, sum)
		args.take(all.group.members, density)
		if err := all.rate[i].Launch(q, st.columns, &args); err != nil {
			return err
		}
	}
	return nil
}

// addStage adds what the stage makes of the increments.
func (all *gpuReactions) addStage(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	if all == nil {
		return nil
	}
	s := scheme.Stages[j]
	for i, st := range all.group.members {
		if all.stage[i] == nil {
			continue
		}
		args := all.args(st, all.reacted[i], st.far, dt*s.MuTilde, tally{s.Weight, j > 0})
		args.takeStage(all.group.members, dt, scheme, j)
		if err := all.stage[i].Launch(q, st.columns, &args); err != nil {
			return err
		}
	}
	return nil
}

// read puts the sums into the members' trials: what reacts now and, of a step of dt
// seconds, what reacted.
func (all *gpuReactions) read(q *gpu.Queue, dt float64) error {
	if all == nil {
		return nil
	}
	steepest := 0.0
	for i, st := range all.group.members {
		if all.rate[i] == nil {
			continue
		}
		steep, err := all.enter(q, st, all.reacted[i], dt)
		if err != nil {
			return err
		}
		steepest = max(steepest, steep)
	}
	for _, st := range all.group.members {
		st.trial.Steepness = steepest
	}
	return nil
}

// enter adds the sums of columns to a trial, and returns the largest slope.
func (all *gpuReactions) enter(q *gpu.Queue, st *gpuStepper, reacted *gpu.Buffer, dt float64) (steepest float64, err error) {
	rows := len(all.rows)
	err = all.sum.Launch(q, [3]int{rows, 1, 1}, &reactionRowsArgs{
		Shape: int32s([3]int{st.columns[0], rows, 1}), Reacted: reacted, Rows: all.rowSums,
	})
	if err != nil {
		return 0, err
	}
	if err := gpu.ReadBuffer(q, all.rowSums, 0, all.rows); err != nil {
		return 0, err
	}
	for _, r := range all.rows {
		st.trial.Reacted += dt * float64(r[0])
		st.trial.Reacting += float64(r[1])
		steepest = max(steepest, float64(r[2]))
	}
	return steepest, nil
}
