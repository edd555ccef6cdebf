// Copies one layer of a field into a buffer, to the right and then up: what a picture of it needs. Mirrors cpu's
// stepper.ReadLayer.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"

layout(r32f) readonly uniform FIELD density;
layout(std430) writeonly buffer Layer { float layer[]; };

uniform ivec2 extent; // voxels to the right and up
uniform ivec3 corner; // voxel at the lower left
uniform ivec3 right;  // from a voxel to the next
uniform ivec3 up;

void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(at, extent))) return;
    layer[at.x + extent.x * at.y] = load(density, corner + at.x * right + at.y * up);
}
