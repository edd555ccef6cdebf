// Density and gradient at points, trilinear between the eight voxel centres around each. Mirrors cpu's
// stepper.interpolate.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"

layout(r32f) readonly uniform FIELD density;
layout(std430) readonly buffer Points { vec4 points[]; };   // in voxels, x = 0 at the first centre
layout(std430) writeonly buffer Values { vec4 values[]; };  // density, gradient per um

uniform int count;
uniform vec3 inverseSpacing; // 1/um

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    vec3 place = points[i].xyz;
    vec3 cell = floor(place);
    vec3 part = place - cell;
    ivec3 low = neighbour(ivec3(cell), ivec3(0));
    ivec3 high = neighbour(ivec3(cell), ivec3(1));
    vec4 value = vec4(0.0);
    for (int corner = 0; corner < 8; corner++) {
        bvec3 upper = bvec3((corner & 1) != 0, (corner & 2) != 0, (corner & 4) != 0);
        vec3 w = mix(vec3(1.0) - part, part, upper);
        vec3 slope = mix(-inverseSpacing, inverseSpacing, upper);
        float c = load(density, ivec3(upper.x ? high.x : low.x, upper.y ? high.y : low.y, upper.z ? high.z : low.z));
        value += c * vec4(w.x * w.y * w.z, slope.x * w.y * w.z, w.x * slope.y * w.z, w.x * w.y * slope.z);
    }
    values[i] = value;
}
