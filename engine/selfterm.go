package engine

// latticeSelfTerm returns W/h of the seven-point stencil, 1/µm: a steady source
// of q molecules/s in one voxel of an infinite grid raises its own voxel to
//
//	c = (q/D) W/h,   W/h = G(0) of green
//
// For cubes W = 0.2527310098586630, Watson's third integral over 6 (Watson, Q. J.
// Math. os-10 (1939) 266). Spacings in µm.
func latticeSelfTerm(spacing [3]float64) float64 { return greenOctant(spacing, 0)[0][0][0] }
