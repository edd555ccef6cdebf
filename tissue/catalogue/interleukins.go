package catalogue

// protein returns the two parameters known of every cytokine: its molecular
// weight and, by Stokes–Einstein ([FreeDiffusion] in water at 37 °C),
//
//	D₀ = kT / (6π η R_h),  R_h = 1.25 · 0.066 nm · (M/Da)^(1/3),  η = 0.692 mPa·s
func protein(weight, diffusion string) []Parameter {
	return []Parameter{
		given(MolecularWeight, weight, FromMemory, "TextbookMasses").where("mature protein as it circulates"),
		given(FreeDiffusion, diffusion, Computed, "StokesEinstein"),
	}
}

// weighed is a protein whose molecular weight was read in the source.
func weighed(weight, diffusion, source string) []Parameter {
	p := protein(weight, diffusion)
	p[0].Evidence, p[0].Source = Measured, source
	return p
}

func plasma(rate, source string) Parameter {
	return given(PlasmaClearance, rate, Model, source).where("plasma, not tissue")
}

func interleukins() []Substrate {
	return []Substrate{
		{
			Name: "IL-1β", Family: Interleukin,
			Parameters: append(protein("17.5 kDa", "153 um^2/s"),
				given(PlasmaHalfLife, "19 min", Measured, "CancerRes1990").where("rat, intravenous"),
				plasma("0.088 /h", "PfizerQSP"),
			),
			Receptors: []Receptor{{
				Name: "IL-1R", Aliases: []string{"IL-1RI", "IL-1R1"},
				Count:                given(ReceptorsPerCell, "280", Measured, "LowenthalMacDonald1986").between("200", "400").on("EL4").where("high-affinity sites; of the range"),
				DissociationConstant: given(DissociationConstant, "5 pM", Measured, "LowenthalMacDonald1986").where("high-affinity sites, EL4"),
				Internalisation:      given(Internalisation, "1.3e-4 /s", Measured, "LowenthalMacDonald1986").where("half-life 1.5 h"),
				Others: []Parameter{
					given(ReceptorsPerCell, "2e4", Measured, "LowenthalMacDonald1986").on("EL4").where("low-affinity sites"),
					given(DissociationConstant, "300 pM", Measured, "LowenthalMacDonald1986").where("low-affinity sites, EL4"),
					given(ReceptorsPerCell, "238", Measured, "CancerRes1990").on("LBRM"),
					given(ReceptorsPerCell, "4800", Measured, "CancerRes1990").on("3T3"),
					given(ReceptorsPerCell, "8700", Measured, "CancerRes1990").between("5e3", "1.5e4").on("fibroblast").where("human; of the range"),
					given(DissociationConstant, "0.28 nM", Measured, "CancerRes1990"),
					given(DissociationConstant, "0.38 nM", Measured, "CancerRes1990"),
					given(InternalisationHalfLife, "1.5 h", Measured, "LowenthalMacDonald1986"),
					given(TurnoverHalfLife, "11 h", Measured, "LowenthalMacDonald1986"),
				},
				Note: "Which of the two sources holds for LBRM, 3T3 and fibroblasts, and for 0.28 and 0.38 nM, was read in abstracts only.",
			}},
		},
		interleukin2(),
		{
			Name: "IL-4", Family: Interleukin,
			Parameters: protein("15 kDa", "161 um^2/s"),
			Receptors: []Receptor{{
				Name: "IL-4R", Aliases: []string{"IL-4Rα+γc", "IL-4Rα/γc"},
				Count:                given(ReceptorsPerCell, "300", Measured, "LowenthalIL4").between("100", "5000").on("resting lymphocyte"),
				DissociationConstant: given(DissociationConstant, "100 pM", Measured, "KeeganIL4").between("20 pM", "300 pM"),
				OffRate:              given(OffRate, "4.8e-5 /s", Measured, "LowenthalIL4").where("from the dissociation half-life of 4 h"),
				Others: []Parameter{
					given(ReceptorsPerCell, "360", Measured, "LowenthalIL4").on("B cell"),
					given(DissociationConstant, "43 pM", Measured, "LowenthalIL4").between("25 pM", "75 pM").where("of the range"),
					given(DissociationConstant, "1 nM", Measured, "GcCytokines").where("IL-4Rα alone, data of Gonnord"),
					given(AssociationHalfLife, "2 min", Measured, "LowenthalIL4"),
					given(DissociationHalfLife, "4 h", Measured, "LowenthalIL4"),
					given(SaturatedUptake, "200 molecules/cell/min", Measured, "LowenthalIL4"),
				},
				Note: "The review and the study in mice were read together; which value belongs to which should be checked before citing one alone.",
			}},
		},
		{Name: "IL-5", Family: Interleukin, Parameters: protein("26 kDa", "134 um^2/s"), Note: "Dimer."},
		{
			Name: "IL-6", Family: Interleukin,
			Parameters: append(protein("21 kDa", "144 um^2/s"),
				plasma("16.6 /d", "JennerCode"),
				plasma("0.044 /h", "PfizerQSP"),
				given(PlasmaHalfLife, "1.5 min", Measured, "Hansen2020").where("rat, initial phase"),
			),
			Receptors: []Receptor{{
				Name:                 "IL-6R",
				Count:                given(ReceptorsPerCell, "120", Measured, "Hansen2020").between("50", "300").on("leukocyte").where("of the range"),
				DissociationConstant: given(DissociationConstant, "14 pM", Measured, "Hansen2020").between("10 pM", "39 pM").where("of 10-20 pM"),
				OnRate:               given(OnRate, "4.4e5 /M/s", Model, "JennerCode"),
				OffRate:              given(OffRate, "2.6e-4 /s", Model, "JennerCode"),
				Internalisation:      given(Internalisation, "7.15e-4 /s", Model, "JennerCode"),
				Others: []Parameter{
					given(ReceptorsPerCell, "4500", Measured, "Hansen2020").on("hepatocyte"),
					given(ReceptorsPerCell, "1200", Measured, "Hansen2020").on("HepG2"),
					given(ReceptorsPerCell, "1000", Measured, "Hansen2020").on("B hybridoma").where("high-affinity sites"),
					given(ReceptorsPerCell, "1e4", Measured, "Hansen2020").on("B hybridoma").where("low-affinity sites"),
					given(DissociationConstant, "39 pM", Measured, "Hansen2020"),
					given(DissociationConstant, "21 pM", Measured, "Hansen2020"),
					given(DissociationConstant, "25 pM", Measured, "Hansen2020").where("high-affinity sites, B hybridoma"),
					given(DissociationConstant, "2.5 nM", Measured, "Hansen2020").where("low-affinity sites, B hybridoma"),
				},
				Note: "The model's rates give 0.59 nM, forty times the measured dissociation constant, which is that of the complex with gp130.",
			}},
		},
		{
			Name: "IL-7", Family: Interleukin,
			Parameters: protein("17.4 kDa", "154 um^2/s"),
			Receptors: []Receptor{{
				Name: "IL-7R", Aliases: []string{"IL-7Rα"},
				Count:                given(ReceptorsPerCell, "19158", Measured, "GcCytokines").on("Th").where("IL-7Rα"),
				DissociationConstant: given(DissociationConstant, "59 pM", FromMemory, "Unsourced").between("35 pM", "100 pM").where("complex with γc; of the range"),
				Others: []Parameter{
					given(DissociationConstant, "59 nM", Model, "GcCytokines").where("IL-7Rα alone"),
					given(ReceptorsPerCell, "12850", Measured, "GcCytokines").on("CD8").where("IL-7Rα"),
					given(ReceptorsPerCell, "3588", Measured, "GcCytokines").on("Treg").where("IL-7Rα"),
					given(ReceptorsPerCell, "28", Measured, "GcCytokines").on("NK").where("IL-7Rα"),
				},
			}},
		},
		{
			Name: "IL-9", Family: Interleukin,
			Receptors: []Receptor{{
				Name:                 "IL-9R",
				DissociationConstant: given(DissociationConstant, "0.1 nM", Model, "GcCytokines").where("private chain"),
			}},
		},
		{
			Name: "IL-10", Family: Interleukin, Note: "Dimer.",
			Parameters: append(protein("37 kDa", "119 um^2/s"),
				given(TissueDiffusion, "5.2 um^2/s", Model, "GranSim").between("3.0 um^2/s", "5.2 um^2/s").where("lung granuloma"),
				given(Decay, "4.85e-4 /s", Model, "GranSim").where("lung granuloma"),
				plasma("1.22 /h", "PfizerQSP"),
				given(Export, "0.5 molecules/s", Model, "GranSim").between("0.06 molecules/s", "0.5 molecules/s").on("macrophage"),
				given(Export, "0.74 molecules/s", Model, "GranSim").between("0.74 molecules/s", "2 molecules/s").on("T cell"),
			),
			Receptors: []Receptor{{
				Name:                 "IL-10R",
				Count:                given(ReceptorsPerCell, "1500", Model, "GranSim").between("1150", "1850").on("macrophage").where("mean and one standard deviation"),
				DissociationConstant: given(DissociationConstant, "456 pM", Model, "GranSim"),
				OnRate:               given(OnRate, "5.7e5 /M/s", Model, "GranSim"),
				OffRate:              given(OffRate, "2.6e-4 /s", Model, "GranSim"),
				Internalisation:      given(Internalisation, "5e-4 /s", Model, "GranSim"),
				Others: []Parameter{
					given(ReceptorsPerCell, "400", Model, "GranSim").between("250", "550").on("T cell").where("mean and one standard deviation"),
					given(DissociationConstant, "100 pM", Measured, "Tan1993").between("50 pM", "200 pM").where("of the range; a few hundred sites per cell"),
					given(Turnover, "1.6e-4 /s", Model, "GranSim"),
				},
			}},
		},
		{
			Name: "IL-12", Aliases: []string{"IL-12 p70", "IL-12p70"}, Family: Interleukin,
			Parameters: append(protein("70 kDa", "97 um^2/s"), plasma("2.73 /h", "PfizerQSP")),
			Receptors: []Receptor{{
				Name: "IL-12R", Aliases: []string{"IL-12Rβ1β2"},
				Count:                given(ReceptorsPerCell, "320", FromMemory, "Unsourced").between("100", "1000").on("activated T cell").where("of the range"),
				DissociationConstant: given(DissociationConstant, "10 pM", Measured, "IL12Blasts").between("5 pM", "20 pM").where("high-affinity sites; of the range"),
				Others: []Parameter{
					given(DissociationConstant, "100 pM", Measured, "IL12Blasts").between("50 pM", "200 pM").where("of the range"),
					given(DissociationConstant, "3.5 nM", Measured, "IL12Blasts").between("2 nM", "6 nM").where("low-affinity sites; of the range"),
				},
			}},
		},
		{Name: "IL-13", Family: Interleukin, Parameters: protein("12.6 kDa", "171 um^2/s")},
		{
			Name: "IL-15", Family: Interleukin, Note: "Acts in contact: presented in trans by IL-15Rα of a neighbour.",
			Parameters: protein("12.8 kDa", "170 um^2/s"),
			Receptors: []Receptor{{
				Name: "IL-15R", Aliases: []string{"IL-15Rα"},
				DissociationConstant: given(DissociationConstant, "65 pM", Model, "GcCytokines").between("30 pM", "100 pM").where("IL-15Rα"),
				Others: []Parameter{
					given(DissociationConstant, "55 pM", Measured, "Reactome8983307").between("30 pM", "100 pM").where("IL-15Rα; of the range"),
					given(DissociationConstant, "438 nM", Model, "GcCytokines").where("IL-2Rβ"),
				},
			}},
		},
		{
			Name: "IL-17A", Aliases: []string{"IL-17"}, Family: Interleukin, Note: "Dimer. The complex of RA and RC binds IL-17A more tightly than IL-17F.",
			Parameters: []Parameter{
				given(MolecularWeight, "32 kDa", Measured, "PMC125646").between("30 kDa", "35 kDa").where("dimer; of the range"),
				given(FreeDiffusion, "125 um^2/s", Computed, "StokesEinstein"),
				plasma("0.0825 /h", "PfizerQSP"),
			},
			Receptors: []Receptor{{
				Name: "IL-17R", Aliases: []string{"IL-17RA/RC"},
				Count:                given(ReceptorsPerCell, "1000", FromMemory, "Unsourced").between("100", "1e4").where("on nearly every cell; of the range"),
				DissociationConstant: given(DissociationConstant, "2.8 nM", FromMemory, "Unsourced").where("IL-17RA"),
			}},
		},
		{Name: "IL-18", Family: Interleukin, Parameters: protein("18 kDa", "152 um^2/s")},
		{
			Name: "IL-21", Family: Interleukin,
			Parameters: weighed("15.4 kDa", "160 um^2/s", "Quanterix"),
			Receptors: []Receptor{{
				Name:                 "IL-21R",
				DissociationConstant: given(DissociationConstant, "0.07 nM", Model, "GcCytokines").where("private chain"),
			}},
		},
		{Name: "IL-23", Family: Interleukin, Parameters: protein("55 kDa", "105 um^2/s")},
		{Name: "IL-33", Family: Interleukin, Parameters: protein("18 kDa", "152 um^2/s")},
	}
}

func interleukin2() Substrate {
	measured := func(count, cell, chain string) Parameter {
		return given(ReceptorsPerCell, count, Measured, "GcCytokines").on(cell).where(chain + ", geometric mean of four")
	}
	busse := func(name, value string) Parameter {
		return given(name, value, FromMemory, "Busse2010").where("set of Busse 2010")
	}
	return Substrate{
		Name: "IL-2", Family: Interleukin,
		Parameters: append(protein("15.5 kDa", "160 um^2/s"),
			given(TissueDiffusion, "10 um^2/s", Model, "KiwitzCode").where("lymph node"),
			busse(TissueDiffusion, "36000 um^2/h"),
			given(MediumDiffusion, "100 um^2/s", Model, "OylerYanivCode").where("culture medium"),
			given(Decay, "0.1 /h", Model, "KiwitzCode").where("lymph node"),
			busse(MediumDecay, "0.1 /h"),
			plasma("1.913 /h", "PfizerQSP"),
			given(Export, "10 molecules/s", Model, "KiwitzCode").between("1 molecules/s", "100 molecules/s").on("Th"),
			given(Export, "7.5 molecules/s", Measured, "Tkach2014").on("T cell").where("basal"),
			given(Export, "225 molecules/s", Measured, "Tkach2014").on("T cell").where("maximal"),
			given(Export, "120 molecules/s", Model, "OylerYanivCode").on("T cell"),
			given(Export, "120 molecules/s", Measured, "Huang2013").between("16 molecules/s", "830 molecules/s").on("T cell").where("of the range"),
		),
		Receptors: []Receptor{
			{
				Name: "IL-2R", Aliases: []string{"IL-2Rαβγ"},
				Count:                given(ReceptorsPerCell, "1500", Model, "KiwitzCode").between("1500", "1e4").on("Th"),
				DissociationConstant: given(DissociationConstant, "7.4 pM", Model, "KiwitzCode"),
				OnRate:               given(OnRate, "3.1e7 /M/s", Model, "KiwitzCode"),
				OffRate:              given(OffRate, "2.3e-4 /s", Model, "KiwitzCode"),
				Internalisation:      given(Internalisation, "7.7e-4 /s", Measured, "Tkach2014").between("4.6e-4 /s", "1.1e-3 /s").where("bound complex, half-life 15 min after Duprez 1988 and Hemar 1995; the range is that of the models"),
				Others: []Parameter{
					given(ReceptorsPerCell, "100", Model, "KiwitzCode").on("naive T cell"),
					given(ReceptorsPerCell, "1e5", Model, "KiwitzCode").on("Treg").where("far above the measured IL-2Rα"),
					given(DissociationConstant, "11.1 pM", Model, "Fallon2000"),
					given(OnRate, "1e11 /M/h", Measured, "WangSmith1987").where("as cited by Tkach 2014"),
					given(OffRate, "0.0138 /min", Model, "Fallon2000"),
					given(Internalisation, "0.04 /min", Model, "Fallon2000"),
					given(Internalisation, "7.1e-4 /s", Model, "KiwitzCode").between("4.6e-4 /s", "1.1e-3 /s").where("of the range"),
					given(InternalisationHalfLife, "15 min", Measured, "Tkach2014").where("bound complex, after Duprez 1988 and Hemar 1995"),
					busse(OnRate, "111.6 /nM/h"),
					busse(OffRate, "0.83 /h"),
					busse(FreeInternalisation, "0.64 /h"),
					busse(Internalisation, "1.7 /h"),
					busse(Recycling, "9 /h"),
					busse(Degradation, "5 /h"),
					busse(Synthesis, "150 /h").on("Th"),
					busse(Synthesis, "1000 /h").on("Treg"),
					busse(FeedbackSynthesis, "3000 /h").on("Th"),
					busse(FeedbackSynthesis, "8000 /h").on("Treg"),
					busse(FeedbackExponent, "3"),
				},
				Note: "The complex of α, β and γc. Models count 1e5 on a Treg where 3476 IL-2Rα and 657 IL-2Rβ were measured: give the count that the question needs.",
			},
			{
				Name: "IL-2Rα", Aliases: []string{"CD25"},
				Count:                measured("3476", "Treg", "IL-2Rα"),
				DissociationConstant: given(DissociationConstant, "10 nM", Model, "GcCytokines").between("10 nM", "30 nM").where("α alone"),
				Others: []Parameter{
					measured("329", "Th", "IL-2Rα"),
					measured("22", "CD8", "IL-2Rα"),
					measured("22", "NK", "IL-2Rα"),
					given(DissociationConstant, "17 nM", Measured, "Reactome8983307").between("10 nM", "30 nM").where("of the range"),
					given(TurnoverHalfLife, "5.9 h", Measured, "Tkach2014").between("5 h", "7 h").where("of the range; after Duprez 1988 and Hemar 1995"),
				},
			},
			{
				Name: "IL-2Rβ", Aliases: []string{"CD122"},
				Count:                measured("657", "Treg", "IL-2Rβ"),
				DissociationConstant: given(DissociationConstant, "144 nM", Model, "GcCytokines").where("β alone"),
				Others: []Parameter{
					measured("158", "Th", "IL-2Rβ"),
					measured("511", "CD8", "IL-2Rβ"),
					measured("8503", "NK", "IL-2Rβ"),
					given(TurnoverHalfLife, "39 h", Measured, "Tkach2014").where("after Duprez 1988 and Hemar 1995"),
				},
			},
			{
				Name: "γc", Aliases: []string{"common gamma chain", "CD132"},
				Count: measured("14017", "Treg", "γc"),
				Others: []Parameter{
					measured("13326", "Th", "γc"),
					measured("12407", "CD8", "γc"),
					measured("7643", "NK", "γc"),
				},
				Note: "Shared with IL-4, IL-7, IL-9, IL-15 and IL-21. It binds IL-2 only in the complex.",
			},
		},
	}
}
