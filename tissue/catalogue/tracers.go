package catalogue

// tracers returns molecules that were followed to measure diffusion, and the
// nameless cytokines of published models.
func tracers() []Substrate {
	return []Substrate{
		{
			Name: "albumin", Aliases: []string{"serum albumin"}, Family: Tracer,
			Parameters: []Parameter{
				given(TissueDiffusion, "58 um^2/s", Measured, "CharyJain1989").between("45 um^2/s", "71 um^2/s").where("normal tissue in vivo; mean and one standard deviation"),
				given(TissueDiffusion, "63 um^2/s", Measured, "CharyJain1989").between("44 um^2/s", "82 um^2/s").where("tumour in vivo; mean and one standard deviation"),
				given(FluidVelocity, "0.6 um/s", Measured, "CharyJain1989"),
				given(DiffusionRatio, "0.073", Measured, "FoxWayland1979").where("rat mesentery"),
			},
		},
		{
			Name: "dextran 3.4 kDa", Family: Tracer,
			Parameters: []Parameter{
				given(MolecularWeight, "3.4 kDa", Measured, "FoxWayland1979"),
				given(DiffusionRatio, "0.26", Measured, "FoxWayland1979").where("rat mesentery"),
			},
		},
		{
			Name: "dextran 41 kDa", Family: Tracer,
			Parameters: []Parameter{
				given(MolecularWeight, "41 kDa", Measured, "FoxWayland1979"),
				given(DiffusionRatio, "0.033", Measured, "FoxWayland1979").where("rat mesentery"),
			},
		},
		{
			Name: "pro-inflammatory cytokine", Family: Tracer,
			Note: "The nameless cytokine, and chemokine, of models of SARS-CoV-2 in lung epithelium. Reach 233 µm.",
			Parameters: []Parameter{
				given(TissueDiffusion, "555.56 um^2/min", Model, "PhysiCellCOVID").where("lung epithelium"),
				given(TissueDiffusion, "0.16 um^2/s", Model, "Sego2020").where("chosen for the reach"),
				given(Decay, "1.02e-2 /min", Model, "PhysiCellCOVID").where("lung epithelium"),
				given(Reach, "100 um", Model, "Sego2020").between("100 um", "110 um").where("imposed"),
			},
		},
	}
}
