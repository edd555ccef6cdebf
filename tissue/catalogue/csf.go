package catalogue

func colonyStimulatingFactors() []Substrate {
	return []Substrate{
		{
			Name: "GM-CSF", Aliases: []string{"CSF2"}, Family: CSF,
			Parameters: append(protein("14 kDa", "163 um^2/s"),
				plasma("11.74 /d", "JennerCode"),
				plasma("1.0 /h", "PfizerQSP"),
			),
			Receptors: []Receptor{{
				Name:                 "GM-CSFR",
				Count:                given(ReceptorsPerCell, "220", Measured, "Park1986").between("100", "500").where("of the range"),
				DissociationConstant: given(DissociationConstant, "0.32 nM", Measured, "Park1986").between("0.1 nM", "1 nM").where("of the range"),
				OnRate:               given(OnRate, "3.4e5 /M/s", Model, "JennerCode"),
				OffRate:              given(OffRate, "6.05e-3 /s", Model, "JennerCode"),
				Internalisation:      given(Internalisation, "8.5e-4 /s", Model, "JennerCode"),
				Others: []Parameter{
					given(ReceptorsPerCell, "1058", Model, "JennerCode"),
				},
				Note: "The model's rates give 18 nM, sixty times the measured dissociation constant.",
			}},
		},
		{
			Name: "G-CSF", Aliases: []string{"CSF3"}, Family: CSF,
			Parameters: []Parameter{
				given(MolecularWeight, "19 kDa", FromMemory, "TextbookMasses").between("18.8 kDa", "19.6 kDa").where("mature protein; of the range"),
				given(FreeDiffusion, "150 um^2/s", Computed, "StokesEinstein"),
				plasma("0.161 /d", "JennerCode"),
			},
			Receptors: []Receptor{{
				Name:                 "G-CSFR",
				Count:                given(ReceptorsPerCell, "760", Measured, "GCSFBinding").between("480", "1210").on("neutrophil").where("of the range"),
				DissociationConstant: given(DissociationConstant, "77 pM", Measured, "GCSFBinding").between("60 pM", "100 pM").where("of the range"),
				OnRate:               given(OnRate, "5.1e5 /M/s", Measured, "GCSFBinding").where("roughly"),
				Internalisation:      given(Internalisation, "462 /d", Model, "JennerCode"),
				Others: []Parameter{
					given(ReceptorsPerCell, "600", Model, "JennerCode").on("neutrophil"),
				},
			}},
		},
		{Name: "M-CSF", Aliases: []string{"CSF1"}, Family: CSF, Parameters: protein("45 kDa", "112 um^2/s")},
	}
}
