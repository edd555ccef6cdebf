// A voxel with cells or walls, packed: x | y << 16, z, and the bits of two floats.
#include "grid.glsl"

ivec3 siteVoxel(uvec4 site) {
    return ivec3(int(site.x & 0xffffu), int(site.x >> 16), int(site.y));
}

// Adds a term to a sum kept as value and rounding error (Kahan, Commun. ACM 8 (1965) 40).
vec2 compensated(vec2 sum, float term) {
    precise float corrected = term - sum.y;
    precise float total = sum.x + corrected;
    precise float error = (total - sum.x) - corrected;
    return vec2(total, error);
}
