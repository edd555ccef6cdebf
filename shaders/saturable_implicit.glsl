// Saturable cells in the linear system of a stage, by their tangent at a density y. Mirrors cpu's setSink and setSource.
//   k += w dJ/dy,  s += w (y dJ/dy - J),  dJ/dy = J'/(1 + shift J'),  J' = sink + maxUptake halfSaturation/(halfSaturation + c_s)^2
// With tangents, y is at least the density below which c_s is 0: Newton's method then comes from below without turning.
// 40 bytes per voxel with cells, 20 per cell.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "surface_law.glsl"
#include "implicit.glsl"
#include "source.glsl"

layout(r32f) readonly uniform FIELD density;    // y
layout(std430) buffer Sinks { float sinks[]; }; // k

uniform int tangents;

float slopeAt(Law law, float voxel) {
    float sum = law.halfSaturation + surface(law, voxel);
    float slope = law.sink + law.maxUptake * law.halfSaturation / (sum * sum);
    return slope / (1.0 + law.shift * slope);
}

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float y = load(density, v);
    float slopes = 0.0;
    double sum = 0.0;
    for (uint k = site.z; k < site.z + site.w; k++) {
        Law law = laws[k];
        float at = tangents != 0 ? max(y, -law.shift * law.release) : y;
        float slope = slopeAt(law, at);
        slopes += slope;
        sum += double(slope) * double(at) - double(flux(law, surface(law, at)));
    }
    sinks[numberOf(v)] += weightAt(v) * slopes;
    setSource(v, sourceAt(v) + double(weightAt(v)) * sum);
}
