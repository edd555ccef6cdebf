// Package multigrid solves, in float64, the linear systems of diffusion on a grid
// of finite volumes: steady states, implicit steps, pressure,
//
//	Σ_faces f of voxel i  T_f (u_i − u_j)  +  k_i u_i  =  s_i        T_f ≥ 0, k_i ≥ 0
//
// by conjugate gradients preconditioned with one multigrid cycle. Each component maps
// to one pass of a stencil:
//
//   - Coarsening joins two voxels along every axis whose mean face is at least half the
//     strongest's, the last voxel of an odd axis staying alone, down to one voxel. Weak
//     axes are thereby left until the others have caught up (semi-coarsening).
//   - Restriction sums the children's residuals, prolongation copies the parent's value:
//     transposed to each other, and blind to jumps of T.
//   - A coarse face is the sum of the fine faces between the two parents, each times
//     (distance of the fine centres)/(distance of the coarse): the plain Galerkin sum is
//     twice too stiff for constants (Braess, Computing 55, 379, 1995).
//   - A coarse sink is the sum of k S/(k + S) with S = Σ_f T_f: what a voxel can take
//     up is limited by what its faces let in. The plain sum of strong sinks would
//     paralyse coarse voxels that hold but one of them.
//   - Smoothing is red-black Gauss-Seidel, backwards after the coarse correction, once
//     on the finest grid (twice where T varies), doubling per level up to eight times
//     as long as some k is below 1/20 of its diagonal. A level where all are above 1/2
//     is the last: implicit steps rarely need more than two.
//
// Jumps of T by 1:100 in bodies some voxels wide cost a few cycles more. Cubes at random
// take 7 to 12 cycles where their faces are those of coarse voxels, and up to 16 (edge of
// 1 voxel), 23 (3) and 20 (5, 7) where not: strands that do not touch then share a parent.
//
// Results do not depend on GOMAXPROCS: voxels of one colour do not read each other,
// and sums go per row, then in the order of the rows.
package multigrid
