// Work groups on the voxels of a level of multigrid: a warp has a row.
#define GROUP_X 32
#define GROUP_Y 4
#define GROUP_Z 2
#define GROUP 256
#include "grid.glsl"
