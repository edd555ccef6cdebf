package validate

import "fmt"

// to advances to a time, s, and returns variables of the only cell.
func (r *run) to(time float64, names ...string) ([]float64, error) {
	if _, err := r.solver.Advance(r.lab.ctx, time); err != nil {
		return nil, err
	}
	states, err := r.solver.Cells()
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(names))
	for i, name := range names {
		v, ok := r.model.CellTypes[0].Variable(name)
		if !ok {
			return nil, fmt.Errorf("%s: no variable %q", r.name, name)
		}
		values[i] = states.Variables[0][v]
	}
	return values, nil
}

func closedBinding() Case {
	return Case{
		ID:     "A09",
		Title:  "Reversible binding of a ligand that runs out",
		Source: "closed form of the Riccati equation B′ = k_on (L₀ − n B)(R − B) − k_off B; checked by LSODA to 5e-12",
		Setup: `One voxel of (100 µm)³ with one cell, so n = 1e-6/µm³: 10000 receptors, k_on = 3.1e7/(M s), k_off = 2.3056e-4/s,
L₀ = 10 pM. Equilibrium at 400000 s. rtol 1e-6 (1e-5 on float32 devices), coupling plain.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"bound per cell t=60 s", 180.26706906729828, "molec/cell", 0.001},
			{"bound per cell t=600 s", 1397.634814701851, "molec/cell", 0.001},
			{"bound per cell t=3600 s", 3314.518223483958, "molec/cell", 0.001},
			{"bound per cell t=20000 s", 3553.3668628617784, "molec/cell", 0.001},
			{"equilibrium bound/cell", 3553.369744029438, "molec/cell", 0.001},
			{"free ligand at equilibrium", 4.099490719925586, "pM", 0.001},
		},
		observe: observeBinding,
	}
}

func observeBinding(l *lab) error {
	r, err := l.start("a09")
	if err != nil {
		return err
	}
	for _, t := range []float64{60, 600, 3600, 20000, r.model.Duration} {
		bound, err := r.to(t, "IL-2R bound")
		if err != nil {
			return err
		}
		name := fmt.Sprintf("bound per cell t=%g s", t)
		if t == r.model.Duration {
			name = "equilibrium bound/cell"
		}
		l.read(name, bound[0], accumulated)
	}
	free, err := r.density()
	l.read("free ligand at equilibrium", 1000*free, accumulated)
	return err
}

func fixedLigand() Case {
	return Case{
		ID:     "A10",
		Title:  "Receptors made, taken in and lost at a fixed ligand",
		Source: "closed form of the linear system R′ = V_s − k_t R − k_f L R + k_r C, C′ = k_f L R − (k_r + k_e) C; uptake V_s L/(K + L), K = k_t (k_r + k_e)/(k_e k_f). Rates of Fallon and Lauffenburger (2000), BIOMD0000000665",
		Setup: `One cell in a voxel of (10 mm)³, of whose IL-2 it takes at most 1e-5 in the whole run. V_s = 11, k_t = 0.007, k_r = 0.0138 and
k_e = 0.04 per minute, k_f = k_r/11.1 pM; R = V_s/k_t and C = 0 at the start. Steady at 48 h, 20/k_t. Uptake is what
leaves the fluid; K and V_max are of the hyperbola through the uptakes at 10 and 100 pM.
rtol 1e-6 (1e-5 on float32 devices), coupling plain.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"uptake at L=1 pM", 0.021385130994493115, "molec/cell/s", 0.002},
			{"uptake at L=10 pM", 0.10432710051070798, "molec/cell/s", 0.002},
			{"uptake at L=100 pM", 0.17042700722428633, "molec/cell/s", 0.002},
			{"C_ss L=10", 156.49065076606198, "#/cell", 0.002},
			{"R_ss L=10", 677.196281336789, "#/cell", 0.002},
			{"K half-saturation", 7.572934782608695, "pM", 0.002},
			{"Vmax", 0.18333333333333332, "molec/cell/s", 0.002},
			{"C(t=600 s), L=10 pM, R0=1571.43", 141.91894916966564, "#/cell", 0.002},
			{"C(t=3600 s), L=10 pM, R0=1571.43", 242.42995433210422, "#/cell", 0.002},
			{"C(t=14400 s), L=10 pM, R0=1571.43", 163.0672011881516, "#/cell", 0.002},
		},
		observe: observeFixedLigand,
	}
}

func observeFixedLigand(l *lab) error {
	uptake := map[float64]float64{}
	for _, density := range []float64{1, 10, 100} {
		r, err := l.start("a10", fmt.Sprintf("substrates.IL-2.initial=%g pM", density))
		if err != nil {
			return err
		}
		for _, t := range []float64{600, 3600, 14400, r.model.Duration} {
			values, err := r.to(t, "IL-2R", "IL-2R bound")
			if err != nil {
				return err
			}
			switch {
			case density != 10:
			case t == r.model.Duration:
				l.read("R_ss L=10", values[0], accumulated)
				l.read("C_ss L=10", values[1], accumulated)
			default:
				l.read(fmt.Sprintf("C(t=%g s), L=10 pM, R0=1571.43", t), values[1], accumulated)
			}
		}
		states, err := r.solver.Cells()
		if err != nil {
			return err
		}
		uptake[density] = states.TakenUp[0][0] - states.Secreted[0][0]
		l.read(fmt.Sprintf("uptake at L=%g pM", density), uptake[density], accumulated)
	}
	half := 10 * 100 * (uptake[100] - uptake[10]) / (uptake[10]*100 - uptake[100]*10)
	l.read("K half-saturation", half, 4*accumulated) // of two differences, of a third and of five sixths
	l.read("Vmax", uptake[100]*(half+100)/100, 2*accumulated)
	return nil
}

func tumourNecrosis() Case {
	return Case{
		ID:     "P15",
		Title:  "TNF, TNFR1 and TNFR2: binding, internalisation, recycling and shedding",
		Source: "GranSim, github.com/gmackie/GR-ABM-ODE-2D, agent.cpp LungFunc and containment_baseline.xml, the set of Fallahi-Sichani et al. (2011); integrated to 1e-10",
		Setup: `One macrophage and 1000 molecules of TNF in a voxel of (20 µm)³. Both receptors are those of the scenario file:
1500 TNFR1, 600 TNFR2, which leaves with its ligand at 5e-4/s. rtol 1e-6 (1e-5 on float32 devices), coupling plain.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"S(60 s)", 557.177185, "molec", 0.003},
			{"B1(60 s)", 325.602012, "#", 0.003},
			{"B2(60 s)", 104.432606, "#", 0.003},
			{"S(600 s)", 108.334413, "molec", 0.003},
			{"B1(600 s)", 579.699032, "#", 0.003},
			{"I1(3600 s)", 726.388885, "#", 0.003},
			{"Sh(3600 s)", 32.4596102, "molec", 0.003},
			{"S(3600 s)", 6.4502126, "molec", 0.005},
		},
		observe: observeTumourNecrosis,
	}
}

func observeTumourNecrosis(l *lab) error {
	r, err := l.start("p15")
	if err != nil {
		return err
	}
	for _, t := range []float64{60, 600, 3600} {
		values, err := r.to(t, "TNFR1 bound", "TNFR2 bound", "TNFR1 internal")
		if err != nil {
			return err
		}
		for i, name := range []string{"B1", "B2", "I1"} {
			l.read(fmt.Sprintf("%s(%g s)", name, t), values[i], accumulated)
		}
		for id, name := range []string{"S", "Sh"} {
			density, err := r.substrateAt(r.model.Substrates[id].Name)
			if err != nil {
				return err
			}
			l.read(fmt.Sprintf("%s(%g s)", name, t), molecules(density)*r.model.FluidVolume(), accumulated)
		}
	}
	return nil
}
