package catalogue

import (
	"fmt"
	"slices"
	"strings"
)

// Reference is where a number or a method was read. Fields that are not certain
// are empty, and Note then says what is known.
type Reference struct {
	Key     string
	Authors string // "A. Author and B. Author", as BibTeX wants them
	Title   string
	Journal string
	Year    int
	Volume  string
	Pages   string
	DOI     string
	URL     string
	Note    string
}

// Cite returns the reference with that key.
func Cite(key string) (Reference, bool) {
	for _, r := range References() {
		if r.Key == key {
			return r, true
		}
	}
	return Reference{}, false
}

// BibTeX returns the reference as one BibTeX entry: an article where there is a
// journal, else a misc. Fields that are empty are left out.
func (r Reference) BibTeX() string {
	kind := "misc"
	if r.Journal != "" {
		kind = "article"
	}
	year := ""
	if r.Year != 0 {
		year = fmt.Sprint(r.Year)
	}
	title := r.Title
	if title != "" {
		title = "{" + escape(title) + "}" // keeps capitals
	}
	var b strings.Builder
	fmt.Fprintf(&b, "@%s{%s", kind, r.Key)
	for _, field := range [][2]string{
		{"author", escape(r.Authors)},
		{"title", title},
		{"journal", escape(r.Journal)},
		{"year", year},
		{"volume", r.Volume},
		{"pages", strings.ReplaceAll(r.Pages, "-", "--")},
		{"doi", r.DOI},
		{"url", r.URL},
		{"note", escape(r.Note)},
	} {
		if field[1] != "" {
			fmt.Fprintf(&b, ",\n  %s = {%s}", field[0], field[1])
		}
	}
	return b.String() + "\n}\n"
}

// escape protects the characters that TeX would read as its own.
func escape(text string) string {
	return strings.NewReplacer(`&`, `\&`, `%`, `\%`, `_`, `\_`, `#`, `\#`, `$`, `\$`).Replace(text)
}

// References returns every reference, sorted by key.
func References() []Reference {
	all := slices.Concat(articles(), sources(), methods())
	slices.SortFunc(all, func(a, b Reference) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// articles returns papers that parameters come from.
func articles() []Reference {
	return []Reference{
		{
			Key:     "AltanBonnet2019",
			Authors: "G. Altan-Bonnet and R. Mukherjee",
			Title:   "Cytokine-mediated communication: a quantitative appraisal of immune complexity",
			Journal: "Nature Reviews Immunology", Year: 2019, Volume: "19",
			Note: "As quoted in a later text",
		},
		{
			Key:     "AponteSerrano2021",
			Authors: "J. O. Aponte-Serrano and others", Year: 2021,
			Note: "Model of plaque growth under interferon; the rate at which intracellular interferon is exported",
		},
		{Key: "Bouchnita2017", Authors: "A. Bouchnita and others", Year: 2017, Note: "Export of IFN-gamma by a T cell, 1.62e4 molecules per hour"},
		{
			Key:     "Busse2010",
			Authors: "D. Busse and M. de la Rosa and K. Hobiger and K. Thurley and M. Flossdorf and A. Scheffold and T. Höfer",
			Title:   "Competing feedback loops shape IL-2 signaling between helper and regulatory T lymphocytes in cellular microenvironments",
			Journal: "Proceedings of the National Academy of Sciences", Year: 2010, Volume: "107", Pages: "3058-3063", DOI: "10.1073/pnas.0812851107",
			Note: "The parameter set is quoted from memory; diffusion, on rate, off rate and decay agree with the code of Kiwitz",
		},
		{Key: "CCL5Binding", Note: "Half-inhibitory concentration of CCL5 binding, from an abstract"},
		{Key: "CancerRes1990", Journal: "Cancer Research", Year: 1990, Note: "Abstracts on IL-1 receptors and the plasma half-life of IL-1 in the rat"},
		{Key: "Centofanti", Authors: "Centofanti and others", Note: "Spread of IFN-gamma over 30-40 µm in melanoma, from the abstract"},
		{
			Key:     "CharyJain1989",
			Authors: "S. R. Chary and R. K. Jain",
			Title:   "Direct measurement of interstitial convection and diffusion of albumin in normal and neoplastic tissues by fluorescence photobleaching",
			Journal: "Proceedings of the National Academy of Sciences", Year: 1989, Volume: "86", Pages: "5385",
		},
		{
			Key:     "CXCR2011",
			Journal: "PLoS ONE", Year: 2011, Volume: "6", Pages: "e18805",
			DOI:  "10.1371/journal.pone.0018805",
			Note: "Table 1: binding and trafficking of CXCL8 and its receptors on neutrophils",
		},
		{
			Key:     "Dieterle2020",
			Authors: "P. B. Dieterle and J. Min and D. Irimia and A. Amir",
			Title:   "Dynamics of diffusive cell signaling relays",
			Journal: "eLife", Year: 2020, Volume: "9", Pages: "e61771", DOI: "10.7554/eLife.61771",
			Note: "Diffusion from the fit of Fig. 4B; the export of 40 molecules/s from the authors' response to the reviewers",
		},
		{Key: "Duffy1991", Journal: "Journal of Clinical Investigation", Year: 1991, Note: "The red cell's chemokine sink, from an abstract"},
		{
			Key:     "Fallon2000",
			Authors: "E. M. Fallon and D. A. Lauffenburger",
			Title:   "Computational model for effects of ligand/receptor binding properties on interleukin-2 trafficking dynamics and T cell proliferation response",
			Journal: "Biotechnology Progress", Year: 2000, Volume: "16",
			Note: "Read as BioModels BIOMD0000000665",
		},
		{
			Key:     "FoxWayland1979",
			Authors: "J. R. Fox and H. Wayland",
			Title:   "Interstitial diffusion of macromolecules in the rat mesentery",
			Journal: "Microvascular Research", Year: 1979, Volume: "18",
			Note: "Read in abstract",
		},
		{Key: "GCSFBinding", Note: "Binding of G-CSF to neutrophils, from abstracts"},
		{
			Key:     "Han2012",
			Authors: "Q. Han and others",
			Title:   "Polyfunctional responses by human T cells result from sequential release of cytokines",
			Journal: "Proceedings of the National Academy of Sciences", Year: 2012, Volume: "109", Pages: "1607",
			Note: "The rates are quoted from memory",
		},
		{
			Key: "Hansen2020", Authors: "Hansen and others", Year: 2020, URL: "https://pmc.ncbi.nlm.nih.gov/articles/PMC7212196/",
			Note: "Numbers and affinities of IL-6 receptors, some quoted there from older work",
		},
		{Key: "Huang2013", Authors: "Huang and others", Year: 2013, Note: "Export of IL-2 by T cells, as quoted in a later article; the original was not read"},
		{Key: "IL12Blasts", Note: "Binding of IL-12 to blasts stimulated with PHA, from an abstract"},
		{Key: "JCI1985", Journal: "Journal of Clinical Investigation", Year: 1985, Volume: "76", Pages: "2196", Note: "Receptors for IFN-gamma"},
		{
			Key:     "KangKishimoto2021",
			Authors: "S. Kang and T. Kishimoto",
			Title:   "Interplay between interleukin-6 signaling and the vascular endothelium in cytokine storms",
			Journal: "Experimental & Molecular Medicine", Year: 2021, Volume: "53", Pages: "1116-1123", DOI: "10.1038/s12276-021-00649-0",
			Note: "Review, no rates",
		},
		{Key: "KeeganIL4", Authors: "A. Keegan", Note: "Review of the IL-4 receptor"},
		{Key: "Loetscher1998", Authors: "Loetscher and others", Year: 1998, Note: "CXCR3"},
		{Key: "LowenthalIL4", Authors: "J. W. Lowenthal and others", Note: "Binding of IL-4 to cells of the mouse"},
		{Key: "LowenthalMacDonald1986", Authors: "J. W. Lowenthal and H. R. MacDonald", Year: 1986, Note: "Binding and internalisation of IL-1 by EL4 cells"},
		{
			Key:     "Nikanjam2019",
			Authors: "M. Nikanjam and J. Yang and E. V. Capparelli",
			Title:   "Population pharmacokinetics of siltuximab: impact of disease state",
			Journal: "Cancer Chemotherapy and Pharmacology", Year: 2019, Volume: "84", Pages: "993-1001", DOI: "10.1007/s00280-019-03939-7",
			Note: "Median half-lives after 11 mg/kg, from the abstract",
		},
		{Key: "Oliver1993", Authors: "Oliver and others", Year: 1993, Note: "Half-life of TNF in blood"},
		{
			Key:     "OylerYaniv2017",
			Authors: "A. Oyler-Yaniv and J. Oyler-Yaniv and B. M. Whitlock and Z. Liu and R. N. Germain and M. Huse and G. Altan-Bonnet and O. Krichevsky",
			Title:   "A tunable diffusion-consumption mechanism of cytokine propagation enables plasticity in cell-to-cell communication in the immune system",
			Journal: "Immunity", Year: 2017, Volume: "46", Pages: "609-620", DOI: "10.1016/j.immuni.2017.03.011",
		},
		{Key: "PMC125646", URL: "https://pmc.ncbi.nlm.nih.gov/articles/PMC125646/", Note: "Molecular weight of the IL-17A dimer"},
		{Key: "Park1986", Authors: "Park and others", Journal: "Journal of Experimental Medicine", Year: 1986, Note: "Receptors for GM-CSF"},
		{
			Key:     "Sego2020",
			Authors: "T. J. Sego and others",
			Title:   "A modular framework for multiscale, multicellular, spatiotemporal modeling of acute primary viral infection and immune response in epithelial tissues and its application to drug therapy timing and effectiveness",
			Journal: "PLoS Computational Biology", Year: 2020, Volume: "16", Pages: "e1008451", DOI: "10.1371/journal.pcbi.1008451",
			Note: "Read in the inputs of the authors' code",
		},
		{
			Key:     "Smiley2001",
			Authors: "S. T. Smiley and J. A. King and W. W. Hancock",
			Title:   "Fibrinogen stimulates macrophage chemokine secretion through toll-like receptor 4",
			Journal: "Journal of Immunology", Year: 2001, Volume: "167", Pages: "2887-2894", DOI: "10.4049/jimmunol.167.5.2887",
			Note: "Abstract, no rates",
		},
		{Key: "Tan1993", Authors: "Tan and others", Year: 1993, Note: "Receptors for IL-10"},
		{
			Key:     "Thurley2015",
			Authors: "K. Thurley and D. Gerecht and E. Friedmann and T. Höfer",
			Title:   "Three-dimensional gradients of cytokine signaling between T cells",
			Journal: "PLoS Computational Biology", Year: 2015, Volume: "11", Pages: "e1004206", DOI: "10.1371/journal.pcbi.1004206",
		},
		{
			Key:     "Tkach2014",
			Authors: "K. E. Tkach and others",
			Title:   "T cells translate individual, quantal activation into collective, analog cytokine responses via time-integrated feedbacks",
			Journal: "eLife", Year: 2014, Volume: "3", Pages: "e01944", DOI: "10.7554/eLife.01944",
			Note: "Cites Duprez 1988 and Hemar 1995 for the fate of the receptors",
		},
		{
			Key:     "VEGF2011",
			Journal: "BMC Systems Biology", Year: 2011, Volume: "5", Pages: "170",
			Note: "Table 2; with BMC Systems Biology 2:77",
		},
		{
			Key:     "Vilar2006",
			Authors: "J. M. G. Vilar and R. Jansen and C. Sander",
			Title:   "Signal processing in the TGF-β superfamily ligand-receptor network",
			Journal: "PLoS Computational Biology", Year: 2006, Volume: "2", Pages: "e3",
			Note: "Read as BioModels BIOMD0000000101",
		},
		{
			Key: "Wakefield1987", Authors: "L. M. Wakefield and others", Journal: "Journal of Cell Biology", Year: 1987, Volume: "105", Pages: "965",
			URL: "https://pmc.ncbi.nlm.nih.gov/articles/PMC2114751/", Note: "Receptors for TGF-beta in many cell types, and its latency; read in abstract",
		},
		{
			Key:     "WangSmith1987",
			Authors: "H.-M. Wang and K. A. Smith",
			Title:   "The interleukin 2 receptor. Functional consequences of its bimolecular structure",
			Journal: "Journal of Experimental Medicine", Year: 1987, Volume: "166",
			Note: "As cited by Tkach 2014",
		},
		{Key: "Yoshimura1990", Authors: "Yoshimura and others", Year: 1990, Note: "Binding of CCL2 to monocytes"},
	}
}

// sources returns programs, data sets and web pages that parameters come from,
// and the rules behind numbers that were computed.
func sources() []Reference {
	return []Reference{
		{
			Key: "GcCytokines", Authors: "{meyer-lab}", Title: "gc-cytokines", URL: "https://github.com/meyer-lab/gc-cytokines",
			Note: "Receptors per cell: geometric means of ckine/data/final_receptor_levels.csv; affinities as collected there, that of IL-4Rα from Gonnord",
		},
		{
			Key: "GranSim", Authors: "{gmackie}", Title: "GR-ABM-ODE-2D", URL: "https://github.com/gmackie/GR-ABM-ODE-2D",
			Note: "Parameter files of the granuloma model GranSim (containment_baseline.xml, cAllNecessaryParams.xml); the TNF set is that of Fallahi-Sichani 2011",
		},
		{
			Key: "IFNPlaqueCode", Authors: "{a-amme}", Title: "infection-model-project", URL: "https://github.com/a-amme/infection-model-project",
			Note: "Plaque model of interferon, IFNModelSteppables.py",
		},
		{
			Key: "JennerCode", Authors: "{kngoun}", Title: "COVID_Lung_Immune_Model", URL: "https://github.com/kngoun/COVID_Lung_Immune_Model",
			Note: "The within-host model of COVID-19 of Jenner and others, as coded there",
		},
		{
			Key: "KiwitzCode", Authors: "L. Kiwitz", Title: "thesis", URL: "https://github.com/lukaskiwitz/thesis",
			Note: "Finite-element models of IL-2 between T cells; same parameters as Busse 2010 and Thurley 2015",
		},
		{Key: "MolecularFormula", Note: "Computed from the molecular formula and standard atomic weights"},
		{
			Key: "OylerYanivCode", Authors: "A. Oyler-Yaniv", Title: "MatlabFolder", URL: "https://github.com/alonyan/MatlabFolder",
			Note: "CytokineScreening/SolveCytokineDistribution_3Da.m",
		},
		{
			Key: "PfizerQSP", Authors: "{openPfizer}", Title: "covid19-immune-model", URL: "https://github.com/openPfizer/covid19-immune-model",
			Note: "Initialize.xlsx; clearance from plasma",
		},
		{Key: "PhysiBoSSTutorial", Title: "PhysiBoSS tutorial", Note: "Settings of the project simple_tnf"},
		{Key: "PhysiCellCOVID", Title: "pc4covid19", Note: "PhysiCell_settings.xml of the PhysiCell model of SARS-CoV-2 in tissue"},
		{Key: "Quanterix", URL: "https://www.quanterix.com", Note: "Molecular weight of IL-21"},
		{Key: "Reactome8983307", Title: "Reactome R-HSA-8983307", URL: "https://reactome.org/content/detail/R-HSA-8983307"},
		{Key: "SAbBiotech", Note: "Molecular weight of the TGF-beta dimer, from a supplier's page"},
		{
			Key:   "StokesEinstein",
			Title: "Stokes-Einstein diffusion in water at 37 °C",
			Note:  "D = kT/(6 pi eta R) with R = 1.25 x 0.066 nm times the cube root of M/Da, and eta = 0.692 mPa s",
		},
		{Key: "TextbookMasses", Note: "Textbook molecular weight of the mature protein in the form that circulates; not checked against a publication"},
		{
			Key: "TumorTcell", Title: "Vivarium tumor-tcell",
			Note: "Numbers and affinities of IFN-gamma receptors as collected in the model's documentation",
		},
		{Key: "Unsourced", Note: "Remembered, or read without its source; find one before relying on it"},
	}
}

// methods returns papers behind the numerical methods and the theory.
func methods() []Reference {
	return []Reference{
		{
			Key:     "Alexander1977",
			Authors: "R. Alexander",
			Title:   "Diagonally implicit Runge-Kutta methods for stiff O.D.E.'s",
			Journal: "SIAM Journal on Numerical Analysis", Year: 1977, Volume: "14", Pages: "1006-1021", DOI: "10.1137/0714068",
		},
		{
			Key:     "CollinsKimball1949",
			Authors: "F. C. Collins and G. E. Kimball",
			Title:   "Diffusion-controlled reaction rates",
			Journal: "Journal of Colloid Science", Year: 1949, Volume: "4", Pages: "425-437",
		},
		{
			Key:     "FallahiSichani2011",
			Authors: "M. Fallahi-Sichani and M. El-Kebir and S. Marino and D. E. Kirschner and J. J. Linderman",
			Title:   "Multiscale computational modeling reveals a critical role for TNF-α receptor 1 dynamics in tuberculosis granuloma formation",
			Journal: "Journal of Immunology", Year: 2011, Volume: "186", Pages: "3472-3483",
		},
		{
			Key:     "Foldy1945",
			Authors: "L. L. Foldy",
			Title:   "The multiple scattering of waves. I. General theory of isotropic scattering by randomly distributed scatterers",
			Journal: "Physical Review", Year: 1945, Volume: "67", Pages: "107-119", DOI: "10.1103/PhysRev.67.107",
		},
		{
			Key:     "Ghaffarizadeh2016",
			Authors: "A. Ghaffarizadeh and S. H. Friedman and P. Macklin",
			Title:   "BioFVM: an efficient, parallelized diffusive transport solver for 3-D biological simulations",
			Journal: "Bioinformatics", Year: 2016, Volume: "32", Pages: "1256-1258", DOI: "10.1093/bioinformatics/btv730",
		},
		{
			Key:     "Ghaffarizadeh2018",
			Authors: "A. Ghaffarizadeh and R. Heiland and S. H. Friedman and S. M. Mumenthaler and P. Macklin",
			Title:   "PhysiCell: an open source physics-based cell simulator for 3-D multicellular systems",
			Journal: "PLoS Computational Biology", Year: 2018, Volume: "14", Pages: "e1005991", DOI: "10.1371/journal.pcbi.1005991",
		},
		{
			Key:     "Fuerth1920",
			Authors: "R. Fürth",
			Title:   "Die Brownsche Bewegung bei Berücksichtigung einer Persistenz der Bewegungsrichtung. Mit Anwendungen auf die Bewegung lebender Infusorien",
			Journal: "Zeitschrift für Physik", Year: 1920, Volume: "2", Pages: "244-256",
		},
		{
			Key:     "Peccoud1995",
			Authors: "J. Peccoud and B. Ycart",
			Title:   "Markovian modeling of gene-product synthesis",
			Journal: "Theoretical Population Biology", Year: 1995, Volume: "48", Pages: "222-234", DOI: "10.1006/tpbi.1995.1027",
		},
		{
			Key:     "Huse2006",
			Authors: "M. Huse and B. F. Lillemeier and M. S. Kuhns and D. S. Chen and M. M. Davis",
			Title:   "T cells use two directionally distinct pathways for cytokine secretion",
			Journal: "Nature Immunology", Year: 2006, Volume: "7", Pages: "247-255", DOI: "10.1038/ni1304",
		},
		{
			Key:     "Jahnke2007",
			Authors: "T. Jahnke and W. Huisinga",
			Title:   "Solving the chemical master equation for monomolecular reaction systems analytically",
			Journal: "Journal of Mathematical Biology", Year: 2007, Volume: "54", Pages: "1-26", DOI: "10.1007/s00285-006-0034-x",
		},
		{
			Key:     "Gillespie2001",
			Authors: "D. T. Gillespie",
			Title:   "Approximate accelerated stochastic simulation of chemically reacting systems",
			Journal: "The Journal of Chemical Physics", Year: 2001, Volume: "115", Pages: "1716-1733", DOI: "10.1063/1.1378322",
		},
		{
			Key:     "Johnson2025",
			Authors: "J. A. I. Johnson and D. R. Bergman and H. L. Rocha and others and P. Macklin",
			Title:   "Human interpretable grammar encodes multicellular systems biology models to democratize virtual cell laboratories",
			Journal: "Cell", Year: 2025, Volume: "188", Pages: "4711-4733", DOI: "10.1016/j.cell.2025.06.048",
		},
		{
			Key:     "Lax1951",
			Authors: "M. Lax",
			Title:   "Multiple scattering of waves",
			Journal: "Reviews of Modern Physics", Year: 1951, Volume: "23", Pages: "287-310", DOI: "10.1103/RevModPhys.23.287",
		},
		{
			Key:     "Sommeijer1998",
			Authors: "B. P. Sommeijer and L. F. Shampine and J. G. Verwer",
			Title:   "RKC: an explicit solver for parabolic PDEs",
			Journal: "Journal of Computational and Applied Mathematics", Year: 1998, Volume: "88", Pages: "315-326", DOI: "10.1016/S0377-0427(97)00219-7",
		},
		{
			Key:     "Watson1939",
			Authors: "G. N. Watson",
			Title:   "Three triple integrals",
			Journal: "Quarterly Journal of Mathematics", Year: 1939,
		},
	}
}
