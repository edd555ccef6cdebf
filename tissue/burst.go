package tissue

// Bursts let the export of a substrate come in spells, exponentially long, with nothing
// between them: the random telegraph of gene expression. A spell has E/p molecules/s, where E
// is Exchange.NetExportRate, or what rules make of it, and p the share of time that a cell
// is on. Of the molecules N released in a time T, E being constant,
//
//	p = OnTime/(OnTime + OffTime),   k = 1/OnTime + 1/OffTime
//	⟨N⟩ = E T,   var N = E² (1 − p)/p · 2 (T/k − (1 − exp(−k T))/k²)
//
// at any age of a cell, for a new one is on with probability p. (Peccoud & Ycart 1995,
// Theoretical Population Biology 48:222. That single T cells release a cytokine for a while at
// times of their own is from Han et al. 2012, PNAS 109:1607; the law of the lengths is not.)
type Bursts struct {
	Substrate SubstrateID
	OnTime    float64 // mean length of a spell, s
	OffTime   float64 // mean time between two, s
}

// Share returns p, the share of time that export is on.
func (b Bursts) Share() float64 { return b.OnTime / (b.OnTime + b.OffTime) }

// BurstsOf returns those of a substrate.
func (l *Life) BurstsOf(s SubstrateID) (b Bursts, ok bool) {
	for _, b := range l.Bursts {
		if b.Substrate == s {
			return b, true
		}
	}
	return b, false
}

// switches is how often export may go on or off in one cell step, on average.
const switches = 100

func (v *lifeFaults) bursts(all []Bursts) {
	known := map[SubstrateID]bool{}
	for _, b := range all {
		if !v.substrate("bursts of", b.Substrate) {
			continue
		}
		name := v.m.Substrates[b.Substrate].Name
		if known[b.Substrate] {
			v.fault("bursts of %s given twice", name)
		}
		known[b.Substrate] = true
		v.exchanges("bursts of "+name, Behaviour{Kind: Export, Substrate: b.Substrate})
		least := v.m.CellStepTime() / switches
		for _, time := range []struct {
			name  string
			value float64
		}{{"on", b.OnTime}, {"off", b.OffTime}} {
			if !(time.value >= least && finite(time.value)) {
				v.fault("bursts of %s: %g s %s: want at least %g s, a hundredth of the cell step", name, time.value, time.name, least)
			}
		}
	}
}
