package scenario

import (
	"strings"

	"github.com/cytofield/cytofield/tissue"
)

const attributionExample = "{IL-2: types}"

// attribution decodes which substrates carry tags of who made them.
func (d *decoder) attribution(f fields) {
	v, ok := f.get("attribution")
	if !ok {
		return
	}
	for _, m := range v.named(attributionExample) {
		id, known := d.substrateNamed(m.name, m.key, m.path)
		if m.kind == null {
			continue
		}
		by, ok := m.choice(string(tissue.TagTypes), string(tissue.TagCells))
		if known && ok {
			a := tissue.Attribution{Substrate: id, By: tissue.Tagging(by)}
			d.model().Attribution = append(d.model().Attribution, a)
			d.senders(m.value, a)
		}
	}
}

// senders holds the number of senders against what tags cost.
func (d *decoder) senders(v value, a tissue.Attribution) {
	if len(d.faults) > 0 { // cells may be missing
		return
	}
	name := d.model().Substrates[a.Substrate].Name
	switch n := len(d.model().Senders(a)); {
	case n > tissue.MaxSenders:
		v.fault("%d %s make %s, and each would be a field of its own: want at most %d", n, a.By, name, tissue.MaxSenders)
	case n == 0:
		v.warn("no cell makes %s: all of it is attributed to the rest", name)
	}
}

func (w *writer) attribution() {
	var all []string
	for _, a := range w.model().Attribution {
		all = append(all, yamlText(w.model().Substrates[a.Substrate].Name)+": "+string(a.By))
	}
	if len(all) > 0 {
		w.line(0, "attribution: {%s}", strings.Join(all, ", "))
	}
}
