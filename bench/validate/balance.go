package validate

func massBalance() Case {
	return Case{
		ID:     "A23",
		Title:  "Molecules of 100 secretors in a closed box, with and without decay",
		Source: "exact, M = (q N/k)(1 − e^(−k t)) and q N t, whatever the grid and the places",
		Setup: `q = 10 molecules/s, N = 100, k = 1e-3/s and 0, t = 600 s, D = 10 µm²/s. (200 µm)³ of 10 µm voxels in 3D, (500
µm)² and 10 µm thick in 2D, no-flux walls, cells at random, coupling voxel in 3D. Both substrates in one run;
M is what the ledger finds present. rtol 1e-6 (1e-5 on float32 devices).
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"M(600 s), k=1e-3", 451188.3639059736, "molec", 1e-4},
			{"M(600 s), k=0", 600000, "molec", 1e-9},
			{"2D M(600 s), k=1e-3", 451188.3639059736, "molec", 1e-4},
			{"2D M(600 s), k=0", 600000, "molec", 1e-9},
		},
		observe: observeBalance,
	}
}

func observeBalance(l *lab) error {
	for scenario, prefix := range map[string]string{"a23-3d": "", "a23-2d": "2D "} {
		r, err := l.start(scenario)
		if err != nil {
			return err
		}
		if err := r.finish(); err != nil {
			return err
		}
		for name, observable := range map[string]string{"decaying": "M(600 s), k=1e-3", "lasting": "M(600 s), k=0"} {
			id, _ := r.model.Substrate(name)
			ledger, err := r.solver.Ledger(id)
			if err != nil {
				return err
			}
			l.read(prefix+observable, ledger.Present, accumulated)
		}
	}
	return nil
}
