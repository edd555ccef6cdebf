package validate

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/render/figure"
)

func tissueAndBlood() Case {
	return Case{
		ID:     "A22",
		Title:  "A tissue that secretes, its blood, and clearance",
		Source: "closed form, the matrix exponential of Ct′ = S/Vt + PS/Vt (Cb − Ct) − kt Ct, Cb′ = PS/Vb (Ct − Cb) − kc Cb; checked by Runge-Kutta to 2e-12",
		Setup: `One voxel stands for Vt = 60 L, blood is a compartment of Vb = 5 L; PS = 0.5 L/h, kt = 0.2/h, kc = 1.2/h, S = 30
pmol/h, all from 0. The steady state is that of 100 h, twenty lifetimes. rtol 1e-6 (1e-5 on float32 devices).
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"Ct_ss", 2.4074074074074074, "pM", 0.001},
			{"Cb_ss", 0.18518518518518517, "pM", 0.001},
			{"Ct(t=1 h)", 0.45139910251493554, "pM", 0.002},
			{"Cb(t=1 h)", 0.01571614846973901, "pM", 0.002},
			{"Ct(t=6 h)", 1.7145866128067984, "pM", 0.002},
			{"Cb(t=6 h)", 0.12177935252759947, "pM", 0.002},
			{"Ct(t=24 h)", 2.3908885586563606, "pM", 0.002},
			{"Cb(t=24 h)", 0.18367306482722223, "pM", 0.002},
		},
		observe: observeBlood,
	}
}

// hour in s, and pM in nM.
const (
	hour     = 3600.
	picomole = 1e-3
)

func observeBlood(l *lab) error {
	l.draw(figure.Axis{Quantity: "t", Unit: "h"}, figure.Axis{Quantity: "C", Unit: "pM", Log: true})
	r, err := l.start("a22")
	if err != nil {
		return err
	}
	var tissue, blood []figure.Point
	for _, t := range []float64{0.5, 1, 2, 4, 6, 9, 12, 18, 24, 100} {
		if _, err := r.solver.Advance(l.ctx, t*hour); err != nil {
			return err
		}
		c, err := r.substrateAt("c")
		if err != nil {
			return err
		}
		c, body := c/picomole, r.solver.Body().Values[0]/picomole
		label := fmt.Sprintf("(t=%g h)", t)
		if t == 100 {
			label = "_ss"
		} else {
			tissue, blood = append(tissue, figure.Point{X: t, Y: c}), append(blood, figure.Point{X: t, Y: body})
		}
		l.read("Ct"+label, c, accumulated)
		l.read("Cb"+label, body, accumulated)
	}
	l.trace("tissue", tissue, curve(0.25, 24, func(t float64) float64 { return bloodAndTissue(t)[0] }))
	l.trace("blood", blood, curve(0.25, 24, func(t float64) float64 { return bloodAndTissue(t)[1] }))
	return nil
}

// bloodAndTissue returns Ct and Cb of A22 after a time, h, in pM:
//
//	C(t) = (1 − e^(At)) C_ss,  e^(At) = e^(mt) (cosh qt + (A − m)/q sinh qt)
//
// with m the mean of the eigenvalues of A and 2q their distance.
func bloodAndTissue(t float64) [2]float64 {
	const vt, vb, ps, kt, kc = 60, 5, 0.5, 0.2, 1.2
	steady := [2]float64{2.4074074074074074, 0.18518518518518517}
	a := [2][2]float64{{-ps/vt - kt, ps / vt}, {ps / vb, -ps/vb - kc}}
	m := (a[0][0] + a[1][1]) / 2
	q := math.Sqrt(m*m - (a[0][0]*a[1][1] - a[0][1]*a[1][0]))
	var c [2]float64
	for i, row := range a {
		moved := (row[0]*steady[0] + row[1]*steady[1] - m*steady[i]) / q
		c[i] = steady[i] - math.Exp(m*t)*(math.Cosh(q*t)*steady[i]+math.Sinh(q*t)*moved)
	}
	return c
}

func alveoliToPlasma() Case {
	observables := []Observable{
		{"TNF plasma", 1.9414459889725867e-05, "pmol/mL", 0.001},
		{"IL6 plasma", 0.03156565656565656, "pmol/mL", 0.001},
		{"IL1b plasma", 0.012088974854932301, "pmol/mL", 0.001},
		{"IFNg plasma", 1.5097644012651828e-05, "pmol/mL", 0.001},
		{"IL10 plasma", 0.00012419274714356682, "pmol/mL", 0.001},
		{"TNF plasma/alveolar-amount ratio", 6.329113924050633e-06, "1/mL", 0.001},
		{"IL6 plasma/alveolar-amount ratio", 0.00045454545454545455, "1/mL", 0.001},
	}
	return Case{
		ID:     "P27",
		Title:  "Cytokines from the alveoli to plasma, steady",
		Source: "openPfizer/covid19-immune-model, covid19_dxdt.m and Initialize.xlsx: X = S/(b + ktr) in the alveoli, ktr X/(Vp b) in plasma; S is our choice",
		Setup: `One voxel stands for alveoli of 1 L, which plays no part; it drains at ktr = 0.1/h into compartments of Vp = 5 L, one
for each cytokine, that clear it at the rate b at which the alveoli lose it. S = 10 pmol/h of each; 500 h, 22 lifetimes of
the slowest. rtol 1e-6 (1e-5 on float32 devices).
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: observables,
		observe:     observePlasma,
	}
}

func observePlasma(l *lab) error {
	r, err := l.start("p27")
	if err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	plasma := r.solver.Body().Values
	for i, s := range r.model.Substrates {
		level := plasma[i] // nM are pmol/mL
		c, err := r.substrateAt(s.Name)
		if err != nil {
			return err
		}
		l.read(s.Name+" plasma", level, accumulated)
		l.read(s.Name+" plasma/alveolar-amount ratio", level/(c/picomole), accumulated) // pM of 1 L are pmol
	}
	return nil
}
