package catalogue

import "slices"

// Cell is a type of cell of which something was published that belongs to no
// substrate.
type Cell struct {
	Name       string
	Aliases    []string
	Parameters []Parameter
}

// Cells returns every entry, sorted by name.
func Cells() []Cell {
	radius := given(Radius, "5 um", Model, "KiwitzCode").where("models of IL-2; so too in the set of Busse 2010")
	motility := []Parameter{
		given(Speed, "4 um/min", Model, "PhysiCellCOVID"),
		given(PersistenceTime, "5 min", Model, "PhysiCellCOVID"),
		given(ChemotacticBias, "0.7", Model, "PhysiCellCOVID"),
	}
	return []Cell{
		{Name: "CD8", Aliases: []string{"CD8+", "CD8 T cell", "Tc"}, Parameters: []Parameter{radius}},
		{Name: "T cell", Parameters: []Parameter{
			radius,
			given(Export, "4.5 molecules/s", FromMemory, "Han2012").between("1 molecules/s", "20 molecules/s").where("single cells by microengraving, whichever cytokine; of the range"),
			given(SaturatedUptake, "1 molecules/s", Model, "AltanBonnet2019").where("a general limit, order of magnitude"),
		}},
		{Name: "Th", Aliases: []string{"T-helper", "CD4", "CD4+"}, Parameters: []Parameter{radius}},
		{Name: "Treg", Aliases: []string{"regulatory T cell"}, Parameters: []Parameter{radius}},
		{Name: "immune cell", Parameters: motility},
	}
}

// LookupCell finds a cell type by its name or an alias, spelled as freely as in
// [Lookup].
func LookupCell(name string) (Cell, bool) {
	key := fold(name)
	for _, c := range Cells() {
		if fold(c.Name) == key || slices.ContainsFunc(c.Aliases, func(alias string) bool { return fold(alias) == key }) {
			return c, true
		}
	}
	return Cell{}, false
}

// Find returns the cell's parameters of that name, the one to use first.
func (c Cell) Find(name string) []Parameter {
	var found []Parameter
	for _, p := range c.Parameters {
		if p.Name == name {
			found = append(found, p)
		}
	}
	return found
}

// CellReceptor is the number of one receptor on one type of cell.
type CellReceptor struct {
	Receptor string
	Ligand   string
	Count    Parameter
}

// ReceptorsOn returns every published number of receptors on a cell type such as
// "Treg", whatever its ligand.
func ReceptorsOn(cell string) []CellReceptor {
	key := fold(cell)
	if c, ok := LookupCell(cell); ok {
		key = fold(c.Name)
	}
	var found []CellReceptor
	for _, s := range Substrates() {
		for _, r := range s.Receptors {
			for _, p := range r.Parameters() {
				if p.Name == ReceptorsPerCell && p.Cell != "" && fold(p.Cell) == key {
					found = append(found, CellReceptor{Receptor: r.Name, Ligand: s.Name, Count: p})
				}
			}
		}
	}
	return found
}
