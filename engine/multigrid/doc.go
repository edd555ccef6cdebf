// Package multigrid solves, in float64, the linear systems of diffusion on a grid
// of finite volumes: steady states, implicit steps, pressure,
//
//	Σ_faces f of voxel i  T_f (u_i − u_j)  +  k_i u_i  =  s_i        T_f ≥ 0, k_i ≥ 0
//
// by conjugate gradients preconditioned with one multigrid cycle. Each component maps
// to one pass of a stencil:
//
//   - Coarsening halves every axis whose mean face is at least half the strongest's, an
//     odd one to the larger half, down to one voxel. Weak axes are thereby left until the
//     others have caught up (semi-coarsening).
//   - A coarse sink is the sum of P k S/(k + S) with S = Σ_f T_f, where P is the share of
//     a voxel that is the parent's: what a voxel can take up is limited by what its faces
//     let in. The plain sum of strong sinks would paralyse coarse voxels that hold but
//     one of them.
//   - Smoothing is Gauss-Seidel by colours, backwards after the coarse correction. A level
//     where all k are above half the diagonal is the last: implicit steps rarely need more
//     than two.
//
// Where faces are alike along each axis, and in implicit steps, the plain transfers do:
//
//   - Parents are two voxels along an axis, the last of an odd one staying alone.
//     Restriction sums the children's residuals, prolongation copies the parent's value.
//   - A coarse face is the sum of the fine faces between the two parents, each times
//     (distance of the fine centres)/(distance of the coarse): the plain Galerkin sum is
//     twice too stiff for constants (Braess, Computing 55, 379, 1995).
//   - There is one sweep on the finest grid, or two where faces differ, doubling per level
//     up to eight as long as some k is below 1/20 of its diagonal.
//
// Steady states, where faces differ, would take up to 23 cycles to 1e-6 for jumps of 1:100,
// as strands that do not touch share a parent. There black-box multigrid takes over
// (Alcouffe, Brandt, Dendy & Painter, SIAM J. Sci. Stat. Comput. 2, 430, 1981; Dendy,
// J. Comput. Phys. 48, 366, 1982):
//
//   - The place of a parent is every other voxel along an axis, and its value is that of
//     its place. Voxels between places take the mean of their neighbours towards them,
//     weighted by T. Restriction is the transpose.
//   - Coarse grids are Galerkin's, P' A P, with links to all 26 neighbours. Some of these
//     may be below 0; interpolation leaves them out, so that shares lie between 0 and 1
//     and coarse sinks are not negative.
//   - There are three sweeps on the finest grid and two on the coarser ones, over-relaxed by
//     1.3; one less, and none of that, where all k are above 1/20 of their diagonals.
//
// Cubes at random, αD 1:100, then take 5 to 11 cycles whatever their edge.
//
// Results do not depend on GOMAXPROCS: voxels of one colour do not read each other,
// and sums go per row, then in the order of the rows.
package multigrid
