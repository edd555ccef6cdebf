package engine

import (
	"errors"
	"math"

	"github.com/cytofield/cytofield/engine/gpu"
)

// bodyParts is into how many sums the sites of a member fall: enough threads to keep a
// device busy, and few numbers to bring back at every stage.
const bodyParts = 4096

// bodySiteBytes is the device memory of a voxel that meets the body.
const bodySiteBytes = 16

type joinBodyArgs struct {
	Target  *gpu.Texture `gl:"target"`
	Density *gpu.Texture `gl:"density,optional"`
	Near    *gpu.Texture `gl:"near,optional"`
	Sites   *gpu.Buffer  `gl:"Sites"`
	Count   int32        `gl:"count"`
	Level   float32      `gl:"level"`
	Keep    float32      `gl:"keep,optional"`
	Lose    float32      `gl:"lose,optional"`
}

type sumBodyArgs struct {
	Density *gpu.Texture `gl:"density"`
	Sites   *gpu.Buffer  `gl:"Sites"`
	Partial *gpu.Buffer  `gl:"Partial"`
	Count   int32        `gl:"count"`
	Parts   int32        `gl:"parts"`
}

// gpuBody joins the members of a group to the body. Nil does nothing.
type gpuBody struct {
	*Body
	members []*gpuStepper
	rest    []*gpuStepper // per member: the tag of what comes from the body; nil without
	sites   []*gpu.Buffer // of Sites
	join    *gpu.Kernel[joinBodyArgs]
	respond *gpu.Kernel[joinBodyArgs] // where sites respond to the body
	sum     *gpu.Kernel[sumBodyArgs]
	partial *gpu.Buffer
	sums    []float32
}

func newGPUBody(q *gpu.Queue, g *gpuGroup, body *Body) (b *gpuBody, err error) {
	b = &gpuBody{Body: body, members: g.members, rest: make([]*gpuStepper, len(g.members)), sites: make([]*gpu.Buffer, len(body.Sites())), sums: make([]float32, bodyParts)}
	defines := keyOf(g.members[0].Substrate, Adaptive).defines()
	err = errors.Join(build(q, &b.join, "join_body", defines), build(q, &b.sum, "sum_body", defines))
	if body.responds() {
		err = errors.Join(err, build(q, &b.respond, "join_body", keyOf(g.members[0].Substrate, Adaptive).defines("RESPONDS")))
	}
	if err == nil {
		b.partial, err = q.NewBuffer(bodyParts * 4)
	}
	for i, s := range body.Sites() {
		if err != nil {
			break
		}
		packed := make([][4]uint32, len(s.Voxel))
		for k, voxel := range s.Voxel {
			packed[k] = packSite(g.members[s.Member].Grid, voxel, math.Float32bits(float32(s.Inward[k])), math.Float32bits(float32(s.Outward[k])))
		}
		b.sites[i], err = newBuffer(q, packed)
	}
	if err != nil {
		b.free(q)
		return nil, err
	}
	return b, nil
}

func (b *gpuBody) free(q *gpu.Queue) {
	if b == nil {
		return
	}
	for _, sites := range b.sites {
		sites.Free(q)
	}
	b.join.Free(q)
	b.respond.Free(q)
	b.sum.Free(q)
	b.partial.Free(q)
}

// follow takes the tags of the members along.
func (b *gpuBody) follow(all []*gpuTags) {
	if b == nil {
		return
	}
	for _, t := range all {
		b.rest[t.member] = t.each[0]
	}
}

// exchange adds crossing(i) to a field of every member that meets the body, whose densities
// are c and increments d, and of the tag of what comes so, and puts unit Σ Outward of the latter into Outflow.
func (b *gpuBody) exchange(q *gpu.Queue, target, c, d func(*gpuStepper) *gpu.Texture, crossing func(i int) Crossing, unit float64) error {
	for i, s := range b.Sites() {
		st, count, at := b.members[s.Member], len(s.Voxel), crossing(i)
		parts := min(bodyParts, count)
		err := b.sum.Launch(q, [3]int{parts, 1, 1}, &sumBodyArgs{
			Density: d(st), Sites: b.sites[i], Partial: b.partial, Count: int32(count), Parts: int32(parts),
		})
		if err != nil {
			return err
		}
		for _, to := range []*gpuStepper{st, b.rest[s.Member]} {
			if to == nil {
				continue
			}
			args := joinBodyArgs{Target: target(to), Sites: b.sites[i], Count: int32(count), Level: float32(at.Level)}
			kernel := b.join
			if s.responds() {
				kernel, args.Density, args.Near = b.respond, c(st), d(st)
				args.Keep, args.Lose = float32(at.Keep), float32(unit*at.Lose)
			}
			if err := kernel.Launch(q, [3]int{count, 1, 1}, &args); err != nil {
				return err
			}
		}
		if err := gpu.ReadBuffer(q, b.partial, 0, b.sums[:parts]); err != nil {
			return err
		}
		total := 0.0
		for _, v := range b.sums[:parts] {
			total += float64(v)
		}
		b.Outflow()[i] = unit * total
	}
	return nil
}

// evaluate adds to F(c) and makes that of the body valid.
func (b *gpuBody) evaluate(q *gpu.Queue, t float64) error {
	if b == nil {
		return nil
	}
	err := b.exchange(q, (*gpuStepper).rateNow, (*gpuStepper).now, (*gpuStepper).now, b.Now, 1)
	b.Evaluate(t)
	return err
}

// stage does stage j of a step.
func (b *gpuBody) stage(q *gpu.Queue, t, dt float64, scheme *RKC2, j int) error {
	if b == nil {
		return nil
	}
	before, unit := (*gpuStepper).rateNext, 1. // near
	if j == 0 {
		before, unit = (*gpuStepper).rateNow, dt*scheme.First // see gpuStepper.stage
	}
	err := b.exchange(q, (*gpuStepper).candidate, (*gpuStepper).now, before, func(i int) Crossing {
		return b.Increment(i, dt, scheme, j).Times(dt * scheme.Stages[j].MuTilde)
	}, unit)
	b.Stage(t, dt, scheme, j)
	return err
}

// finish adds to F of the candidates, at the time t, s.
func (b *gpuBody) finish(q *gpu.Queue, t float64) error {
	if b == nil {
		return nil
	}
	err := b.exchange(q, (*gpuStepper).rateNext, (*gpuStepper).candidate, (*gpuStepper).candidate, b.Candidate, 1)
	b.Finish(t)
	return err
}

// euler adds to c' and takes the body along.
func (b *gpuBody) euler(q *gpu.Queue, t, dt float64) error {
	if b == nil {
		return nil
	}
	err := b.exchange(q, (*gpuStepper).candidate, (*gpuStepper).now, (*gpuStepper).now, func(i int) Crossing { return b.Now(i).Times(dt) }, 1)
	b.Euler(t, dt)
	return err
}
