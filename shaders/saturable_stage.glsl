// The exchange of saturable cells in one stage. Mirrors cpu's exchange.addStage.
//   d_j -= scale (J(c + d) - J(c)), and the shares of c_s and of the saturated uptake
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "surface_law.glsl"

layout(r32f) readonly uniform FIELD density; // c
layout(r32f) readonly uniform FIELD near;    // d_(j-1), or F(c) in the first stage
layout(r32f) uniform FIELD far;              // d_j
layout(std430) buffer Shares { vec2 shares[]; }; // per cell

uniform float valueScale; // 1, or mu~_1 dt in the first stage
uniform float scale;      // mu~ dt
uniform float weight;     // w_(j-1)
uniform float keep;       // 0 starts the shares anew

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float c = load(density, v);
    float d = valueScale * load(near, v);
    float total = 0.0;
    for (uint k = site.z; k < site.z + site.w; k++) {
        Law law = laws[k];
        float earlier = surface(law, c);
        float now = surface(law, c + d);
        total += flux(law, now) - flux(law, earlier);
        vec2 gain = vec2(now - earlier, saturated(law, now) - saturated(law, earlier));
        shares[k] = (keep != 0.0 ? shares[k] : vec2(0.0)) + weight * gain;
    }
    store(far, v, load(far, v) - scale * total);
}
