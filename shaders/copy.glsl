// Copies a field. Mirrors Go's copy; the least a kernel that reads and writes a field can cost.
//   c' = c
#include "grid.glsl"

layout(r32f) readonly uniform FIELD density;      // nM
layout(r32f) writeonly uniform FIELD densityNext; // nM

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    store(densityNext, v, load(density, v));
}
