package gallery_test

import (
	"testing"

	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// A slider that is touched and let go must leave the model alone.
func TestParametersSetToThemselvesChangeNothing(t *testing.T) {
	for _, name := range gallery.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := gallery.Text(name)
			if err != nil {
				t.Fatal(err)
			}
			before, err := scenario.Decode(name+".yaml", text, "", scenario.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var set []string
			for _, p := range before.Parameters() {
				set = append(set, p.Setting(p.Value))
			}
			if len(set) == 0 {
				t.Fatal("no parameters")
			}
			after, err := scenario.Decode(name+".yaml", before.Resolved(), "", scenario.Options{Set: set})
			if err != nil {
				t.Fatal(err)
			}
			if after.Hash != before.Hash {
				t.Errorf("%d parameters set to their own values give another scenario", len(set))
			}
		})
	}
}

// Each number can be turned by a tenth and back, in the file as it is written.
func TestEachParameterCanBeTurned(t *testing.T) {
	for _, name := range gallery.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := gallery.Text(name)
			if err != nil {
				t.Fatal(err)
			}
			decode := func(set ...string) (*scenario.Scenario, error) {
				return scenario.Decode(name+".yaml", text, "", scenario.Options{Set: set})
			}
			before, err := decode()
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range before.Parameters() {
				if p.Path == "domain.extracellular" && p.Value == 1 {
					continue // no more than all of the volume is fluid
				}
				more := 1.1*p.Value + map[bool]float64{true: 0.1}[p.Value == 0]
				written := quantity.Format(more, p.Unit)
				turned := false
				for _, setting := range append([]string{p.Setting(more)}, before.Rewritten(p, written)...) {
					after, err := decode(setting)
					if turned = err == nil && after.Parameters()[i].Value == more; !turned {
						continue
					}
					if got := after.Parameters()[i]; got.Path != p.Path || got.Unit != p.Unit {
						t.Errorf("%s: got %+v", setting, got)
					}
					break
				}
				if !turned {
					t.Errorf("%s cannot be turned from %g to %g %s", p.Path, p.Value, more, p.Unit)
				}
			}
		})
	}
}
