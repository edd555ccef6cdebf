// The exchange of linear cells, or of walls, in one stage. Mirrors cpu's exchange.addStage.
//   d_j -= scale sink d,  share += weight d,  d = valueScale * increment at which the stage evaluates F
// With DRIFT the source changes in time: d_j += scale drift elapsed.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) readonly uniform FIELD near; // d_(j-1), or F(c) in the first stage
layout(r32f) uniform FIELD far;           // d_j
layout(std430) readonly buffer Sites { uvec4 sites[]; };
layout(std430) buffer Shares { float shares[]; }; // sum over stages of w_j d_j
#ifdef DRIFT
layout(std430) readonly buffer Drifts { float drifts[]; }; // density/s^2
uniform float elapsed; // of the stage's rate since the start of the step, s
#endif

uniform int count;
uniform float valueScale; // 1, or mu~_1 dt in the first stage
uniform float scale;      // mu~ dt
uniform float weight;     // w_(j-1)
uniform float keep;       // 0 starts the shares anew

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float d = valueScale * load(near, v);
    float change = -uintBitsToFloat(site.z) * d;
#ifdef DRIFT
    change += drifts[i] * elapsed;
#endif
    store(far, v, load(far, v) + scale * change);
    shares[i] = (keep != 0.0 ? shares[i] : 0.0) + weight * d;
}
