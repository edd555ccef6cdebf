// Copies a field but where nothing can be. Mirrors plate's hollow.
//   c' = NaN where solid is not 0, else c
#include "grid.glsl"

layout(r32f) readonly  uniform FIELD density;
layout(r32f) readonly  uniform FIELD solid;
layout(r32f) writeonly uniform FIELD densityNext;

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    store(densityNext, v, load(solid, v) != 0.0 ? uintBitsToFloat(0x7fc00000u) : load(density, v));
}
