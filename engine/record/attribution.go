package record

import (
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// attributionHeader: from whom to whom, in the unit of the ledger.
func attributionHeader() []string {
	return []string{"t_s", "substrate", "unit", "sender", "receiver", "amount"}
}

// attributionColumn names the column of the share of what cells secreted that came back
// to them.
func attributionColumn(s tissue.Substrate) string { return s.Name + "_autocrine_fraction" }

// attributions returns who made what of every substrate that the model attributes.
func (r *Run) attributions(s engine.Solver) ([]engine.Attribution, error) {
	var all []engine.Attribution
	for _, of := range r.model.Attribution {
		a, err := s.Attribution(of.Substrate)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// recordAttribution writes what every type caught of every sender's molecules so far, and
// in brackets what else became of them.
func (r *Run) recordAttribution(t float64, all []engine.Attribution) error {
	for i, a := range all {
		s := r.model.Substrates[r.model.Attribution[i].Substrate]
		for _, tag := range a.Tags {
			add := func(receiver string, amount float64) error {
				return r.attribution.add([]string{number(t), s.Name, s.Unit.AmountUnit(), tag.Sender, receiver, number(amount)})
			}
			for k, receiver := range a.Receivers {
				if err := add(receiver, tag.Caught[k]); err != nil {
					return err
				}
			}
			for _, fate := range tag.Fates() {
				if err := add("("+fate.Name+")", fate.Amount); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
