package catalogue

func interferons() []Substrate {
	// Models of virus in tissue do not tell the type I interferons apart. Their
	// diffusion and decay belong together (reach 49.5 µm), and are used for each.
	typeI := []Parameter{
		given(TissueDiffusion, "25 um^2/min", Model, "PhysiCellCOVID").where("type I interferon, lung epithelium"),
		given(Decay, "1.02e-2 /min", Model, "PhysiCellCOVID").where("type I interferon, lung epithelium"),
		plasma("16.6 /d", "JennerCode"),
		plasma("3.59 /h", "PfizerQSP"),
		given(MediumDecay, "3.481 /h", Model, "IFNPlaqueCode").where("in vitro"),
		given(Release, "10.385 /h", Model, "AponteSerrano2021").where("export of intracellular interferon"),
	}
	receptor := func() []Receptor {
		return []Receptor{{
			Name: "IFNAR", Aliases: []string{"IFNAR1/2"},
			Count:                given(ReceptorsPerCell, "1100", Model, "JennerCode").between("1000", "1300").where("of the range"),
			DissociationConstant: given(DissociationConstant, "30 pM", Model, "JennerCode"),
			OnRate:               given(OnRate, "2.35e6 /M/s", Model, "JennerCode"),
			OffRate:              given(OffRate, "7.0e-5 /s", Model, "JennerCode"),
			Internalisation:      given(Internalisation, "1.96e-4 /s", Model, "JennerCode"),
		}}
	}
	return []Substrate{
		{
			Name: "IFN-α", Aliases: []string{"IFN-alpha"}, Family: Interferon,
			Parameters: append(protein("19.2 kDa", "149 um^2/s"), typeI...),
			Receptors:  receptor(),
		},
		{
			Name: "IFN-β", Aliases: []string{"IFN-beta"}, Family: Interferon,
			Parameters: append(append([]Parameter{
				given(MolecularWeight, "20 kDa", FromMemory, "TextbookMasses").between("20 kDa", "22 kDa").where("mature protein; the heavier ones are glycosylated"),
				given(FreeDiffusion, "147 um^2/s", Computed, "StokesEinstein").where("at 20 kDa"),
			}, typeI...),
				given(TissueDiffusion, "0.9 um^2/min", Model, "IFNPlaqueCode").where("plaque on a lattice, with a decay of 3.481 /h"),
			),
			Receptors: receptor(),
			Note:      "The plaque model's 0.9 µm²/min with 3.481 /h reaches 3.9 µm, less than a cell; the default is the value for type I interferon.",
		},
		{
			Name: "IFN-I", Aliases: []string{"IFN-1", "type I interferon", "IFN-α/β"}, Family: Interferon,
			Parameters: typeI,
			Receptors:  receptor(),
			Note:       "Type I interferon where a model does not tell IFN-α from IFN-β. Models: reach 49.5 µm.",
		},
		{
			Name: "IFN-γ", Aliases: []string{"IFN-gamma"}, Family: Interferon, Note: "Dimer.",
			Parameters: append(protein("34 kDa", "123 um^2/s"),
				plasma("28.5 /d", "JennerCode"),
				given(PlasmaHalfLife, "0.58 h", Model, "JennerCode"),
				plasma("3.59 /h", "PfizerQSP"),
				given(Export, "4.5 molecules/s", Model, "Bouchnita2017").on("T cell"),
				given(Reach, "35 um", Measured, "Centofanti").between("30 um", "40 um").where("melanoma with dense consumers; of the range"),
			),
			Receptors: []Receptor{{
				Name: "IFN-γR", Aliases: []string{"IFNGR", "IFN-gamma receptor"},
				Count:                given(ReceptorsPerCell, "4000", Measured, "JCI1985").between("3000", "7000"),
				DissociationConstant: given(DissociationConstant, "0.16 nM", Measured, "JCI1985").between("0.1 nM", "0.25 nM").where("of the range"),
				OnRate:               given(OnRate, "8e5 /M/s", Measured, "JCI1985").where("at 4 °C"),
				OffRate:              given(OffRate, "2e-4 /s", Measured, "JCI1985"),
				Internalisation:      given(Internalisation, "1.97e-4 /s", Model, "JennerCode"),
				Others: []Parameter{
					given(ReceptorsPerCell, "500", Measured, "TumorTcell").on("WEHI-3").where("high-affinity sites"),
					given(ReceptorsPerCell, "4400", Measured, "TumorTcell").on("WEHI-3").where("low-affinity sites"),
					given(ReceptorsPerCell, "950", Model, "JennerCode").between("500", "1800").where("of the range"),
					given(DissociationConstant, "91 pM", Measured, "TumorTcell").where("high-affinity sites, WEHI-3"),
					given(DissociationConstant, "2.7 nM", Measured, "TumorTcell").where("low-affinity sites, WEHI-3"),
					given(DissociationConstant, "1.4 nM", Measured, "TumorTcell").between("0.83 nM", "2.5 nM").where("affinity 4e8 to 1.2e9 /M; of the range"),
					given(OnRate, "7.3e6 /M/s", Model, "JennerCode"),
					given(OffRate, "5e-3 /s", Model, "JennerCode"),
					given(SaturatedUptake, "5000 molecules/cell/h", Measured, "JCI1985").where("degraded"),
				},
				Note: "Values came from several papers read together; which number belongs to which of JCI1985 and TumorTcell should be checked before citing one alone.",
			}},
		},
	}
}
