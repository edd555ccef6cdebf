package scenario

import (
	"slices"
	"strconv"
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

// itself is the receiver that is the sender.
const itself = "itself"

// expectedCells decodes whose figure a surface density or a share is.
func (d *decoder) expectedCells(f fields, e *Expectation) {
	share := e.Observable == "share"
	ofCells := share || e.Observable == "surface"
	if v, ok := f.get("of"); ok && !ofCells {
		d.fault(v.key, v.path, "want it for surface and share alone")
	}
	if v, ok := f.get("by"); ok && !share {
		d.fault(v.key, v.path, "want it for share alone")
	}
	if v, ok := f.get("since"); ok && share {
		d.fault(v.key, v.path, "a share is of all since the start: want no since")
	}
	if ofCells {
		if v, ok := f.need("of", "Th"); ok {
			e.Of = d.expectedSender(v, *e)
		}
	}
	if share {
		if v, ok := f.need("by", itself); ok {
			e.By = d.catcher(v)
		}
	}
}

// expectedSender finds the cells a name in the file means: those of a type, such as Th, or
// one of them, such as Th id 7.
func (d *decoder) expectedSender(v value, e Expectation) (s tissue.Sender) {
	name, ok := v.str()
	if !ok || len(d.faults) > 0 { // cells may be missing
		return s
	}
	kind := name
	if _, ok := d.model().CellType(name); !ok {
		if end := strings.LastIndex(name, " id "); end >= 0 {
			id, err := strconv.ParseUint(name[end+len(" id "):], 10, 64)
			if err != nil || id == 0 {
				v.fault("%s: want the number of a cell behind id, such as %s id 1", v.written(), name[:end])
				return s
			}
			kind, s.Cell = name[:end], tissue.CellID(id)
		}
	}
	if s.Type, ok = d.typeNamed(kind, v.at, v.path, true); !ok {
		return s
	}
	cells := d.model().Cells
	if i := slices.Index(cells.ID, s.Cell); s.Cell > 0 && (i < 0 || cells.Type[i] != s.Type) {
		v.fault("no cell of type %s has the id %d: ids count the cells of place from 1", kind, s.Cell)
	}
	if e.Observable == "share" {
		d.tagged(v, e.Substrate, s)
	}
	return s
}

// tagged holds a sender against how its substrate is attributed.
func (d *decoder) tagged(v value, id tissue.SubstrateID, s tissue.Sender) {
	name := d.model().Substrates[id].Name
	switch a, ok := d.model().Attributed(id); {
	case !ok:
		v.fault("%s is not attributed: want attribution: {%s: types}", name, name)
	case a.By == tissue.TagCells && s.Cell == 0:
		v.fault("%s: %s is attributed by cells: want one, such as %s id 1", v.written(), name, v.text)
	case a.By == tissue.TagTypes && s.Cell > 0:
		v.fault("%s: %s is attributed by types: want one, such as %s", v.written(), name, d.model().CellTypes[s.Type].Name)
	}
}

// catcher decodes who caught a share: a cell type, or the sender itself.
func (d *decoder) catcher(v value) Catcher {
	name, ok := v.str()
	if !ok || name == itself {
		return Catcher{Itself: true}
	}
	id, _ := d.typeNamed(name, v.at, v.path, true)
	return Catcher{Type: id}
}

func (w *writer) expectedCells(e Expectation) {
	if e.Observable == "surface" || e.Observable == "share" {
		w.line(2, "of: %s", yamlText(w.model().SenderName(e.Of)))
	}
	if e.Observable != "share" {
		return
	}
	by := itself
	if !e.By.Itself {
		by = w.model().CellTypes[e.By.Type].Name
	}
	w.line(2, "by: %s", yamlText(by))
}
