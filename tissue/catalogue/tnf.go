package catalogue

func tumourNecrosisFactors() []Substrate {
	return []Substrate{{
		Name: "TNF", Aliases: []string{"TNF-α", "TNFa", "TNF-alpha", "sTNF"}, Family: TumourNF,
		Note: "Trimer. Soluble TNF; membrane TNF acts in contact.",
		Parameters: append(protein("52 kDa", "107 um^2/s"),
			given(TissueDiffusion, "5.2 um^2/s", Model, "GranSim").where("lung granuloma"),
			given(TissueDiffusion, "1200 um^2/min", Model, "PhysiBoSSTutorial"),
			given(Decay, "4.5e-4 /s", Model, "GranSim").between("4.5e-4 /s", "1.58e-3 /s").where("lung granuloma; reach 107 µm"),
			given(Decay, "0.0275 /min", Model, "PhysiBoSSTutorial"),
			given(PlasmaHalfLife, "18.2 min", Measured, "Oliver1993").where("blood"),
			plasma("3.16 /h", "PfizerQSP"),
			given(Export, "0.21 molecules/s", Model, "GranSim").on("macrophage"),
			given(Export, "0.021 molecules/s", Model, "GranSim").on("T cell"),
			given(Release, "4.4e-4 /s", Model, "GranSim").on("macrophage").where("from the membrane by TACE"),
		),
		Receptors: []Receptor{
			{
				Name:                 "TNFR1",
				Count:                given(ReceptorsPerCell, "1500", Model, "GranSim").between("1100", "1900").on("macrophage").where("mean and one standard deviation"),
				DissociationConstant: given(DissociationConstant, "19 pM", Model, "GranSim"),
				OnRate:               given(OnRate, "2.8e7 /M/s", Model, "GranSim"),
				OffRate:              given(OffRate, "5.3e-4 /s", Model, "GranSim").where("on rate times dissociation constant"),
				Internalisation:      given(Internalisation, "7.7e-4 /s", Model, "GranSim"),
				Others: []Parameter{
					given(ReceptorsPerCell, "800", Model, "GranSim").between("400", "1200").on("T cell").where("mean and one standard deviation"),
					given(ReceptorsPerCell, "590", Measured, "Unsourced").between("230", "1500").where("TNF receptors of either kind; of the range"),
					given(Recycling, "1.8e-5 /s", Model, "GranSim"),
					given(Turnover, "3.8e-4 /s", Model, "GranSim"),
					given(Degradation, "5e-5 /s", Model, "GranSim"),
					given(OnRate, "1.9e7 /M/s", Model, "JennerCode").where("one kind of TNF receptor"),
					given(OffRate, "5.2e-3 /s", Model, "JennerCode").where("one kind of TNF receptor"),
					given(Internalisation, "6.7e-4 /s", Model, "JennerCode").where("one kind of TNF receptor"),
				},
			},
			{
				Name:                 "TNFR2",
				Count:                given(ReceptorsPerCell, "600", Model, "GranSim").between("400", "800").on("macrophage").where("mean and one standard deviation"),
				DissociationConstant: given(DissociationConstant, "420 pM", Model, "GranSim"),
				OnRate:               given(OnRate, "3.5e7 /M/s", Model, "GranSim"),
				OffRate:              given(OffRate, "1.5e-2 /s", Model, "GranSim").where("on rate times dissociation constant"),
				Internalisation:      given(Internalisation, "4.6e-4 /s", Model, "GranSim"),
				Others: []Parameter{
					given(ReceptorsPerCell, "700", Model, "GranSim").between("600", "800").on("T cell").where("mean and one standard deviation"),
					given(Shedding, "5e-4 /s", Model, "GranSim").where("with its ligand"),
					given(Recycling, "1.8e-5 /s", Model, "GranSim"),
					given(Turnover, "3.8e-4 /s", Model, "GranSim"),
					given(Degradation, "5e-5 /s", Model, "GranSim"),
				},
			},
		},
	}, {
		Name: "sTNF/TNFR2", Aliases: []string{"shed TNFR2"}, Family: TumourNF,
		Note:       "TNF bound to shed TNFR2, which releases it again.",
		Parameters: []Parameter{given(TissueDiffusion, "3.2 um^2/s", Model, "GranSim").where("lung granuloma")},
	}}
}
