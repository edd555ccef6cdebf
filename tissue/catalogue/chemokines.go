package catalogue

func chemokines() []Substrate {
	granuloma := []Parameter{
		given(TissueDiffusion, "5.2 um^2/s", Model, "GranSim").where("lung granuloma"),
		given(Decay, "1.58e-3 /s", Model, "GranSim").where("lung granuloma"),
	}
	return []Substrate{
		{
			Name: "CCL2", Aliases: []string{"MCP-1"}, Family: Chemokine,
			Parameters: append(append(protein("8.7 kDa", "193 um^2/s"), granuloma...),
				given(Export, "4.14 molecules/s", Model, "GranSim").on("macrophage"),
				given(Export, "24.85 molecules/s", Model, "GranSim").on("macrophage").where("an older parameter file"),
			),
			Receptors: []Receptor{{
				Name:                 "CCR2",
				Count:                given(ReceptorsPerCell, "1700", Measured, "Yoshimura1990").between("1100", "2300").on("monocyte").where("mean and one standard deviation"),
				DissociationConstant: given(DissociationConstant, "1.9 nM", Measured, "Yoshimura1990"),
			}},
		},
		{
			Name: "CCL5", Aliases: []string{"RANTES"}, Family: Chemokine,
			Parameters: append(append(protein("7.9 kDa", "200 um^2/s"), granuloma...),
				given(Export, "4.14 molecules/s", Model, "GranSim").on("macrophage"),
			),
			Receptors: []Receptor{{
				Name: "CCR5", Aliases: []string{"CCR1"},
				Count: given(ReceptorsPerCell, "3200", FromMemory, "Unsourced").between("1e3", "1e4").where("CCR5 and CCR1; of the range"),
				Others: []Parameter{
					given(InhibitoryConcentration, "0.68 nM", Measured, "CCL5Binding"),
				},
			}},
		},
		{
			Name: "CCL19", Aliases: []string{"ELC"}, Family: Chemokine, Note: "Makes CCR7 internalise fast, which CCL21 does not.",
			Receptors: []Receptor{ccr7()},
		},
		{
			Name: "CCL21", Aliases: []string{"SLC"}, Family: Chemokine, Note: "Dendritic cells sense a gradient of 0.4 % (Haessler 2011).",
			Parameters: protein("12.2 kDa", "173 um^2/s"),
			Receptors:  []Receptor{ccr7()},
		},
		{
			Name: "CXCL8", Aliases: []string{"IL-8"}, Family: Chemokine,
			Parameters: protein("8.4 kDa", "196 um^2/s"),
			Receptors: []Receptor{
				{
					Name: "CXCR1/2", Aliases: []string{"CXCR1", "CXCR2", "CXCR1+2"},
					Count:                given(ReceptorsPerCell, "25000", Model, "CXCR2011").on("neutrophil").where("CXCR1 and CXCR2"),
					DissociationConstant: given(DissociationConstant, "4.4 nM", Model, "CXCR2011"),
					OnRate:               given(OnRate, "8.4e7 /M/s", Model, "CXCR2011"),
					OffRate:              given(OffRate, "0.37 /s", Model, "CXCR2011"),
					Internalisation:      given(Internalisation, "3.3e-3 /s", Model, "CXCR2011"),
					Others: []Parameter{
						given(Desensitisation, "0.065 /s", Model, "CXCR2011"),
						given(Recycling, "0.004 /s", Model, "CXCR2011"),
					},
				},
				{
					Name: "DARC", Aliases: []string{"Duffy", "ACKR1"},
					Count:                given(ReceptorsPerCell, "2000", Measured, "Duffy1991").on("red cell").where("a sink in the blood"),
					DissociationConstant: given(DissociationConstant, "5 nM", Measured, "Duffy1991"),
				},
			},
		},
		{
			Name: "CXCL9", Aliases: []string{"MIG"}, Family: Chemokine,
			Parameters: append(granuloma[:len(granuloma):len(granuloma)],
				given(Export, "8.28 molecules/s", Model, "GranSim").on("macrophage"),
			),
			Receptors: []Receptor{cxcr3()},
		},
		{
			Name: "CXCL10", Aliases: []string{"IP-10"}, Family: Chemokine, Note: "The granuloma model has CXCL9, which shares the receptor; see there for a decay.",
			Parameters: protein("8.7 kDa", "194 um^2/s"),
			Receptors:  []Receptor{cxcr3()},
		},
		{Name: "CXCL12", Aliases: []string{"SDF-1"}, Family: Chemokine, Parameters: protein("8.0 kDa", "199 um^2/s")},
	}
}

func ccr7() Receptor {
	return Receptor{
		Name:                 "CCR7",
		Count:                given(ReceptorsPerCell, "3.2e4", FromMemory, "Unsourced").between("1e4", "1e5").where("of the range"),
		DissociationConstant: given(DissociationConstant, "2.2 nM", FromMemory, "Unsourced").between("1 nM", "5 nM").where("of the range; CCL19 binds more tightly than CCL21"),
	}
}

func cxcr3() Receptor {
	return Receptor{
		Name:                 "CXCR3",
		Count:                given(ReceptorsPerCell, "1.3e4", Measured, "Loetscher1998"),
		DissociationConstant: given(DissociationConstant, "0.24 nM", Measured, "Loetscher1998").between("0.2 nM", "0.3 nM").where("of the range"),
		Others: []Parameter{
			given(DissociationConstant, "1.0 nM", Measured, "Loetscher1998").between("0.9 nM", "1.2 nM").where("a second range given for the receptor; of the range"),
		},
	}
}
