package engine

import (
	"errors"
	"fmt"
)

// ErrTagsOnGPU marks tags that only the processor carries.
var ErrTagsOnGPU = errors.New("run it with --device cpu")

// gpuTags is TagMember on a device, for tags to which all that happens is linear in their
// density: they are members like others, whose cells and walls make nothing of the rest's.
type gpuTags struct {
	name  string
	steps []*gpuStepper
}

// linearTags refuses tags whose share in what happens is not that of their own density.
func linearTags(name string, t Tagged, g Group) error {
	cause := ""
	switch {
	case len(t.Cohorts) > 0 || len(g.Cohorts) > 0:
		cause = "receptors, reactions of cells or coupling cloud"
	case len(g.Reactions.Rates) > 0:
		cause = "reactions"
	case g.Body != nil:
		cause = "the body"
	case len(t.Cells) > 0:
		cause = "saturable uptake or secretion towards a density"
	default:
		return nil
	}
	return fmt.Errorf("attribution of %s: the GPU does not follow who made what through %s yet; %w", name, cause, ErrTagsOnGPU)
}

// openTags adds the tags of a group to its members.
func (g *gpuGroup) openTags(wanted Group) error {
	for _, t := range wanted.Tagged {
		name := wanted.Substrates[t.Member].Name
		if err := linearTags(name, t, wanted); err != nil {
			return err
		}
		tags := &gpuTags{name: name}
		for _, s := range t.Tags {
			tags.steps = append(tags.steps, newGPUStepper(g.device, s))
		}
		g.members, g.tags = append(g.members, tags.steps...), append(g.tags, tags)
	}
	g.trials = make([]Trial, len(g.members))
	return nil
}

// Tags are those of every member that has any.
func (g *gpuGroup) Tags() []TagMember {
	var all []TagMember
	for _, t := range g.tags {
		all = append(all, t)
	}
	return all
}

// Integrals has none but those of the members.
func (t *gpuTags) Integrals() (TagIntegrals, error) { return TagIntegrals{}, nil }

// Read has no carriers to read.
func (t *gpuTags) Read([][][][]float64) error { return nil }

// Replace takes new cells.
func (t *gpuTags) Replace(other Tagged) error {
	if err := linearTags(t.name, other, Group{}); err != nil {
		return fmt.Errorf("engine: update: %w", err)
	}
	if len(other.Tags) > len(t.steps) {
		return fmt.Errorf("engine: update: %s is made by cells that made none before, and the GPU has no tag for them; %w", t.name, ErrTagsOnGPU)
	}
	for i, st := range t.steps {
		if err := st.Replace(other.Tags[i].Cells, other.Tags[i].Walls); err != nil {
			return err
		}
	}
	return nil
}
