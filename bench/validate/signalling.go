package validate

import "fmt"

func interleukin2Traffic() Case {
	return Case{
		ID:     "P09",
		Title:  "Traffic of IL-2 and its receptor, depletion of the medium and growth of T cells",
		Source: "Fallon and Lauffenburger, Biotechnol. Prog. 16 (2000), BIOMD0000000665 as coded, with k_f in the endosomal balance of the ligand; integrated by LSODA to 1e-10",
		Setup: `One voxel of 4e6 µm³, the medium of one of 2.5e8 cells per litre. Its cell stands for N of its kind: what it takes of the
medium is N times that of one, and N is a variable as Rs, Cs, Ri, Ci and Li are. rtol 1e-6, coupling plain; 3e-4 on
float32 devices: over steps of an hour the binding in endosomes, 1/s, makes 1e-4 of the error estimate rounding.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"L(60 min)", 9.707665428, "pM", 0.002},
			{"L(360 min)", 8.852130366, "pM", 0.002},
			{"L(1440 min)", 6.158678381, "pM", 0.002},
			{"L(2880 min)", 3.378844039, "pM", 0.002},
			{"L(7200 min)", 0.282225833, "pM", 0.002},
			{"Cs(60 min)", 232.09788379, "#/cell", 0.002},
			{"Cs(360 min)", 150.446436923, "#/cell", 0.002},
			{"Cs(1440 min)", 123.838429666, "#/cell", 0.002},
			{"Cs(7200 min)", 9.973728206, "#/cell", 0.002},
			{"Rs(60 min)", 977.552556355, "#/cell", 0.002},
			{"Rs(360 min)", 732.127593221, "#/cell", 0.002},
			{"Rs(7200 min)", 1511.615424255, "#/cell", 0.002},
			{"Ci(1440 min)", 36.580514802, "#/cell", 0.002},
			{"Li(1440 min)", 11.64000134, "pM", 0.002},
			{"Y(1440 min)", 280270053.5, "cells/L", 0.001},
		},
		observe: observeInterleukin2Traffic,
	}
}

func observeInterleukin2Traffic(l *lab) error {
	m, o, err := l.load("p09")
	if err != nil {
		return err
	}
	if l.single {
		o.RelativeTolerance = 3e-4
	}
	r, err := l.startModel("p09", m, o)
	if err != nil {
		return err
	}
	for _, minutes := range []float64{60, 360, 1440, 2880, 7200} {
		values, err := r.to(60*minutes, "Cs", "Rs", "Ci", "Li", "N")
		if err != nil {
			return err
		}
		density, err := r.density()
		if err != nil {
			return err
		}
		const cells = 2.5e8 // per litre at the start
		for i, value := range []float64{values[0], values[1], values[2], 1000 * values[3], cells * values[4], 1000 * density} {
			name := []string{"Cs", "Rs", "Ci", "Li", "Y", "L"}[i]
			l.read(fmt.Sprintf("%s(%g min)", name, minutes), value, accumulated)
		}
	}
	return nil
}

// crest advances in n equal stretches and returns when, s, and how high a variable of the
// only cell is highest, on the parabola through the largest value and its neighbours.
func (r *run) crest(variable string, from, until float64, n int) (time, height float64, err error) {
	var seen []float64
	most := 1
	for i := range n + 1 {
		values, err := r.to(from+(until-from)*float64(i)/float64(n), variable)
		if err != nil {
			return 0, 0, err
		}
		if seen = append(seen, values[0]); i > 0 && i < n && values[0] > seen[most] {
			most = i
		}
	}
	at, height := vertex(seen[most-1], seen[most], seen[most+1])
	return (until - from) * (float64(most) + at) / float64(n), height, nil
}

func receptorTraffic() Case {
	return Case{
		ID:     "P12",
		Title:  "Traffic of the receptors of TGF-β",
		Source: "Vilar, Jansen and Sander, PLoS Comput. Biol. 2 (2006) e3, BIOMD0000000101; figure 5A has the peak at about 60 min",
		Setup: `One cell, no ligand used up: 3e-5 of it for 10000 min, from no receptors, then 0.01. The peak is that of the
parabola through the largest of 101 values in 100 min and its neighbours. rtol 1e-6 (1e-5 on float32 devices).
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"basal surface RI", 271.087318, "#", 0.002},
			{"basal Ce", 16.9126822, "#", 0.002},
			{"peak Ce (signal)", 404.854518, "#", 0.002},
			{"time of peak", 52.695, "min", 0.3 / 52.695},
			{"Ce at 480 min", 140.478157, "#", 0.002},
			{"Ce at 1000 min", 138.353788, "#", 0.002},
		},
		observe: observeReceptorTraffic,
	}
}

func observeReceptorTraffic(l *lab) error {
	r, err := l.start("p12")
	if err != nil {
		return err
	}
	start := r.model.Duration
	basal, err := r.to(start, "RI", "Ce")
	if err != nil {
		return err
	}
	l.read("basal surface RI", basal[0], accumulated)
	l.read("basal Ce", basal[1], accumulated)
	if err := r.put("TGF-β", 0.01); err != nil {
		return err
	}
	time, height, err := r.crest("Ce", start, start+6000, 100)
	if err != nil {
		return err
	}
	l.read("peak Ce (signal)", height, accumulated)
	l.read("time of peak", time/60, accumulated)
	for _, minutes := range []float64{480, 1000} {
		values, err := r.to(start+60*minutes, "Ce")
		if err != nil {
			return err
		}
		l.read(fmt.Sprintf("Ce at %g min", minutes), values[0], accumulated)
	}
	return nil
}

func interleukin7Feedback() Case {
	return Case{
		ID:     "P23",
		Title:  "IL-7, JAK and STAT5 with negative feedback by SOCS1",
		Source: "Palmer et al. (2008), BIOMD0000000968; mass action, integrated by LSODA",
		Setup: `One cell in a voxel whose IL-7 is one of the model's units at 1 nM. The peak is that of the parabola through the
largest of 81 values from 10 to 30 min and its neighbours. rtol 1e-6 (1e-5 on float32 devices), coupling plain.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"pSTAT5 peak", 1.218955, "", 0.003},
			{"time of pSTAT5 peak", 14.592, "min", 0.1 / 14.592},
			{"pSTAT5(30)", 0.5614096, "", 0.003},
			{"pSTAT5(60)", 0.05757856, "", 0.005},
			{"IL7(10)", 0.06734982, "", 0.003},
			{"SOCS1(120)", 2.101215, "", 0.003},
		},
		observe: observeInterleukin7Feedback,
	}
}

func observeInterleukin7Feedback(l *lab) error {
	r, err := l.start("p23")
	if err != nil {
		return err
	}
	if _, err := r.to(600); err != nil {
		return err
	}
	density, err := r.density()
	if err != nil {
		return err
	}
	l.read("IL7(10)", density, accumulated)
	time, height, err := r.crest("pSTAT5", 600, 1800, 80)
	if err != nil {
		return err
	}
	l.read("pSTAT5 peak", height, accumulated)
	l.read("time of pSTAT5 peak", 10+time/60, accumulated)
	for _, at := range []struct {
		variable, observable string
		minutes              float64
	}{{"pSTAT5", "pSTAT5(30)", 30}, {"pSTAT5", "pSTAT5(60)", 60}, {"SOCS1", "SOCS1(120)", 120}} {
		values, err := r.to(60*at.minutes, at.variable)
		if err != nil {
			return err
		}
		l.read(at.observable, values[0], accumulated)
	}
	return nil
}
