// Gives voxels the densities they are held at, and adds up what that takes. Mirrors cpu's stepper.hold.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) uniform FIELD density; // c
layout(std430) readonly buffer Nodes { uvec4 nodes[]; }; // voxel, density
layout(std430) buffer Added { vec2 added[]; }; // per node, compensated

uniform int count;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    ivec3 v = siteVoxel(nodes[i]);
    float held = uintBitsToFloat(nodes[i].z);
    added[i] = compensated(added[i], held - load(density, v));
    store(density, v, held);
}
