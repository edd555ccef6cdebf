// What the kernels of implicit steps share: R alpha and R alpha times the rate of decay of a voxel, whether diffusion
// reaches it, and the right-hand side, in two parts. Mirrors weight, lossAt and open of cpu's implicit.go.
#include "site.glsl"

#ifdef MOSAIC
#include "mosaic.glsl"
#define weightAt(a_v) capacityOf(labelAt(a_v))
#define lossAt(a_v) lossOf(labelAt(a_v))
#define openAt(a_v) (properties[(labelCount + 1) * int(labelAt(a_v))] > 0.0)
#else
uniform float loss; // lambda/R, 1/s
#define weightAt(a_v) 1.0
#define lossAt(a_v) loss
#define openAt(a_v) true
#endif

int numberOf(ivec3 v) {
    return v.x + shape.x * (v.y + shape.y * v.z);
}
