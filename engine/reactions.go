package engine

import (
	"slices"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// Reactions are the reactions within a group. Each changes members by a factor times
// its rate,
//
//	R α dc_s/dt = ... + α Σ_k Factor_sk Rate_k(c)
//
// in every voxel whose density may change; nothing reacts in impermeable regions.
type Reactions struct {
	Rates   []*expression.Rate // of the densities, by SubstrateID
	Changes [][]MemberChange   // per rate
}

// MemberChange is what a reaction does to one member of its group.
type MemberChange struct {
	Member int // position in Group.Substrates
	Factor float64
}

// reactionsAmong returns the reactions that members of a group take part in.
func reactionsAmong(m *tissue.Model, members []tissue.SubstrateID) Reactions {
	var all Reactions
	for _, r := range m.Reactions {
		var changes []MemberChange
		for _, c := range r.Changes {
			if i := slices.Index(members, c.Substrate); i >= 0 {
				changes = append(changes, MemberChange{i, c.Factor})
			}
		}
		if len(changes) > 0 {
			all.Rates = append(all.Rates, r.Rate)
			all.Changes = append(all.Changes, changes)
		}
	}
	return all
}

// coupled returns the groups of substrates that reactions, in the fluid or of cells, and the
// body tie together, in the order of their first members.
func coupled(m *tissue.Model) [][]tissue.SubstrateID {
	group := make([]int, len(m.Substrates))
	for i := range group {
		group[i] = i
	}
	join := func(a, b int) {
		from, to := max(group[a], group[b]), min(group[a], group[b])
		for i, g := range group {
			if g == from {
				group[i] = to
			}
		}
	}
	for _, r := range m.Reactions {
		first := int(r.Changes[0].Substrate)
		for _, c := range r.Changes {
			join(first, int(c.Substrate))
		}
		for _, variable := range r.Rate.Uses() {
			join(first, variable)
		}
	}
	for _, t := range m.CellTypes {
		for s := range m.Substrates {
			if kinetic(t, tissue.SubstrateID(s)) {
				join(int(home(m, t)), s)
			}
		}
	}
	leader := bodyLeader(m)
	for s := range m.Substrates {
		if _, ok := m.InBlood(tissue.SubstrateID(s)); ok {
			join(int(leader), s)
		}
	}
	var groups [][]tissue.SubstrateID
	for first := range group {
		var members []tissue.SubstrateID
		for i, g := range group {
			if g == first {
				members = append(members, tissue.SubstrateID(i))
			}
		}
		if len(members) > 0 {
			groups = append(groups, members)
		}
	}
	return groups
}

// Jacobian returns Σ_k Factor_sk ∂Rate_k/∂c_j as terms, for a member s and the
// variables j it depends on.
func (r Reactions) Jacobian(member int) [][]JacobianTerm {
	terms := map[int][]JacobianTerm{}
	var variables []int
	for k, rate := range r.Rates {
		for _, change := range r.Changes[k] {
			if change.Member != member || change.Factor == 0 {
				continue
			}
			for _, j := range rate.Uses() {
				if terms[j] == nil {
					variables = append(variables, j)
				}
				terms[j] = append(terms[j], JacobianTerm{change.Factor, rate.Derivative(j)})
			}
		}
	}
	slices.Sort(variables)
	rows := make([][]JacobianTerm, len(variables))
	for i, j := range variables {
		rows[i] = terms[j]
	}
	return rows
}

// JacobianTerm is Factor times a derivative.
type JacobianTerm struct {
	Factor     float64
	Derivative *expression.Rate
}
