package catalogue

func lipids() []Substrate {
	return []Substrate{
		{
			Name: "LTB4", Aliases: []string{"leukotriene B4"}, Family: Lipid,
			Parameters: []Parameter{
				given(MolecularWeight, "336.5 Da", Computed, "MolecularFormula").where("C20H32O4"),
				given(TissueDiffusion, "125 um^2/s", Model, "Dieterle2020").where("fit to the relay in a neutrophil swarm"),
				given(Export, "40 molecules/s", Model, "Dieterle2020").on("neutrophil").where("rough"),
			},
			Receptors: []Receptor{{
				Name:                 "BLT1",
				DissociationConstant: given(DissociationConstant, "1 nM", FromMemory, "Unsourced").where("order of magnitude"),
			}},
		},
		{
			Name: "resolvin D1", Aliases: []string{"RvD1"}, Family: Lipid,
			Parameters: []Parameter{
				given(MolecularWeight, "376.5 Da", Computed, "MolecularFormula").where("C22H32O5"),
			},
			Note: "No kinetic parameters were found: whatever a scenario uses is illustrative.",
		},
	}
}
