package gallery_test

import (
	"testing"

	"github.com/cytofield/cytofield/tissue/gallery"
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
