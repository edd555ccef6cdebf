// Reduces the layers of a field along an axis to one, into a buffer, to the right and then up. Mirrors cpu's
// stepper.ReadProjection. Voxels of impermeable regions are left out; a column of nothing else is NaN.
//   how 0: the largest density; 1: the smallest; 2: the mean; 3: the smallest above 0, or NaN
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"
#ifdef MOSAIC
#include "mosaic.glsl"
#endif

layout(r32f) readonly uniform FIELD density;
layout(std430) writeonly buffer Layer { float layer[]; };

uniform ivec2 extent;  // voxels to the right and up
uniform ivec3 right;   // from a voxel to the next
uniform ivec3 up;
uniform ivec3 onward; // from a layer to the next
uniform int layers;
uniform int how;

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(at, extent))) return;
    ivec3 v = at.x * right + at.y * up;
    float most = 0.0, least = 0.0, sum = 0.0, positive = 0.0;
    int seen = 0;
    for (int i = 0; i < layers; i++, v += onward) {
#ifdef MOSAIC
        if (solidOf(labelAt(v)) != 0.0) continue;
#endif
        float c = load(density, v);
        most = seen == 0 ? c : max(most, c);
        least = seen == 0 ? c : min(least, c);
        sum += c;
        if (c > 0.0 && (positive == 0.0 || c < positive)) positive = c;
        seen++;
    }
    float one = how == 0 ? most : how == 1 ? least : how == 2 ? sum / float(seen) : positive;
    layer[at.x + extent.x * at.y] = seen == 0 || how == 3 && positive == 0.0 ? uintBitsToFloat(0x7fc00000u) : one;
}
