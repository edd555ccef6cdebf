package catalogue

func growthFactors() []Substrate {
	return []Substrate{
		{
			Name: "TGF-β", Aliases: []string{"TGF-β1", "TGF-beta"}, Family: GrowthFactor,
			Note: "Dimer. More than 98 % is secreted in a latent form (Wakefield 1987).",
			Parameters: append(weighed("25 kDa", "136 um^2/s", "SAbBiotech"),
				plasma("1.9 /h", "PfizerQSP"),
			),
			Receptors: []Receptor{{
				Name: "TGF-βR", Aliases: []string{"TβR"},
				Count:                given(ReceptorsPerCell, "1e3", Model, "Vilar2006").where("roughly"),
				DissociationConstant: given(DissociationConstant, "7.7 pM", Measured, "Wakefield1987").between("1 pM", "60 pM").where("every cell type tried; of the range"),
				Internalisation:      given(Internalisation, "0.33333 /min", Model, "Vilar2006").where("1/3 per minute"),
				Others: []Parameter{
					given(ReceptorsPerCell, "5000", Measured, "Unsourced").on("cardiomyocyte").where("TGF-β2"),
					given(DissociationConstant, "26 pM", Measured, "Unsourced").where("at most"),
					given(Recycling, "0.033333 /min", Model, "Vilar2006").where("1/30 per minute"),
					given(Degradation, "0.027778 /min", Model, "Vilar2006").where("constitutive, 1/36 per minute"),
					given(LigandDegradation, "0.25 /min", Model, "Vilar2006").where("induced by the ligand, 1/4 per minute"),
				},
			}},
		},
		{
			Name: "VEGF165", Aliases: []string{"VEGF", "VEGF-A"}, Family: GrowthFactor,
			Parameters: append(protein("38 kDa", "118 um^2/s"),
				plasma("0.0206 /min", "VEGF2011"),
				given(Permeability, "4e-8 cm/s", Model, "VEGF2011"),
				given(Export, "0.102 molecules/s", Model, "VEGF2011"),
				given(MatrixOnRate, "4.2e5 /M/s", Model, "VEGF2011"),
				given(MatrixOffRate, "1e-2 /s", Model, "VEGF2011"),
			),
			Receptors: []Receptor{
				{
					Name:                 "VEGFR1",
					Count:                given(ReceptorsPerCell, "2.5e4", Model, "VEGF2011").between("1e4", "6.5e4").on("endothelial cell").where("of the range"),
					DissociationConstant: given(DissociationConstant, "33 pM", Model, "VEGF2011"),
					OnRate:               given(OnRate, "3e7 /M/s", Model, "VEGF2011"),
					OffRate:              given(OffRate, "1e-3 /s", Model, "VEGF2011"),
					Internalisation:      given(Internalisation, "2.8e-4 /s", Model, "VEGF2011"),
				},
				{
					Name:                 "VEGFR2",
					Count:                given(ReceptorsPerCell, "1.1e4", Model, "VEGF2011").between("1e4", "1.2e4").on("endothelial cell").where("of the range"),
					DissociationConstant: given(DissociationConstant, "100 pM", Model, "VEGF2011"),
					OnRate:               given(OnRate, "1e7 /M/s", Model, "VEGF2011"),
					OffRate:              given(OffRate, "1e-3 /s", Model, "VEGF2011"),
					Internalisation:      given(Internalisation, "2.8e-4 /s", Model, "VEGF2011"),
				},
				{
					Name:  "NRP1",
					Count: given(ReceptorsPerCell, "1e4", Model, "VEGF2011").on("endothelial cell"),
				},
			},
		},
	}
}
