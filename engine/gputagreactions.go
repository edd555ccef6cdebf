package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cytofield/cytofield/engine/gpu"
)

// gpuTagReactions are the reactions that change one member of a group, for its tags, as
// cpu's tagReactions. Nil does nothing.
type gpuTagReactions struct {
	tags        *gpuTags
	rate, stage *gpu.Kernel[reactArgs]
	reacted     []*gpu.Buffer // per tag
}

func newGPUTagReactions(q *gpu.Queue, t *gpuTags, all Reactions) (r *gpuTagReactions, err error) {
	g := t.group
	net := g.netOf(all, t.member)
	if len(net) == 0 {
		return nil, nil
	}
	r = &gpuTagReactions{tags: t}
	defines := g.memberDefines(keyOf(t.parent().Substrate, Adaptive), imagesOfTag)
	defines["OWN"], defines["TERMS"], defines["NET"] = fmt.Sprint(t.member), fmt.Sprint(len(net)), strings.Join(net, ", ")
	err = build(q, &r.rate, "react_tag", defines)
	defines["STAGE"] = ""
	if err = errors.Join(err, build(q, &r.stage, "react_tag", defines)); err == nil {
		err = r.grow(q)
	}
	if err != nil {
		r.free(q)
		return nil, err
	}
	return r, nil
}

// grow makes room for the sums of more tags.
func (r *gpuTagReactions) grow(q *gpu.Queue) error {
	if r == nil {
		return nil
	}
	columns := r.tags.parent().columns
	for len(r.reacted) < len(r.tags.each) {
		sums, err := q.NewBuffer(columns[0] * columns[1] * columns[2] * 16)
		if err != nil {
			return err
		}
		r.reacted = append(r.reacted, sums)
	}
	return nil
}

func (r *gpuTagReactions) free(q *gpu.Queue) {
	if r == nil {
		return
	}
	r.rate.Free(q)
	r.stage.Free(q)
	for _, b := range r.reacted {
		b.Free(q)
	}
}

func (r *gpuTagReactions) args(tag int, target *gpu.Texture, scale float64, sum tally) reactArgs {
	args := r.tags.group.reactions.args(r.tags.each[tag], r.reacted[tag], target, scale, sum)
	if tag == 0 {
		args.Rest = 1
	}
	return args
}

// addRate adds scale F(c) to a field of every tag.
func (r *gpuTagReactions) addRate(q *gpu.Queue, density, target func(*gpuStepper) *gpu.Texture, scale float64, sum tally) error {
	if r == nil {
		return nil
	}
	for tag, st := range r.tags.each {
		args := r.args(tag, target(st), scale, sum)
		args.take(r.tags.group.members, density)
		args.Tag = density(st)
		if err := r.rate.Launch(q, st.columns, &args); err != nil {
			return err
		}
	}
	return nil
}

// addStage adds what a stage makes of the increments.
func (r *gpuTagReactions) addStage(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	if r == nil {
		return nil
	}
	s := scheme.Stages[j]
	for tag, st := range r.tags.each {
		args := r.args(tag, st.far, dt*s.MuTilde, tally{s.Weight, j > 0})
		args.takeStage(r.tags.group.members, dt, scheme, j)
		args.Tag, args.Near = st.density, st.near
		if j == 0 {
			args.Near = st.rate
		}
		if err := r.stage.Launch(q, st.columns, &args); err != nil {
			return err
		}
	}
	return nil
}

// read puts the sums into the trials of the tags, as gpuReactions does.
func (r *gpuTagReactions) read(q *gpu.Queue, dt float64) error {
	if r == nil {
		return nil
	}
	for tag, st := range r.tags.each {
		if _, err := r.tags.group.reactions.enter(q, st, r.reacted[tag], dt); err != nil {
			return err
		}
	}
	return nil
}
