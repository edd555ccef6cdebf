// Colours one slice of a field. Mirrors render.Plane.PaintInto.
//   nearest: c of the voxel that holds the pixel's centre
//   linear:  c between the four voxel centres around it, constant from the outermost to the walls
//   t = (c - start) * perRange          linear: start is the density at the low end
//   t = (log2(c) - start) * perRange    logarithmic: start is its binary logarithm
//   pixel = (1 - f) * colours[i] + f * colours[i + 1],   i + f = 255 t
#include "grid.glsl"

uniform FIELD_SAMPLER density; // in the substrate's unit
layout(std430) readonly buffer Colours { uint colours[256]; }; // 0xAABBGGRR
layout(rgba8) writeonly uniform image2D pixels; // row 0 is the top

uniform ivec2 extent;  // pixels to the right and down
uniform ivec2 voxels;  // voxels to the right and up
uniform int linear;    // 0 or 1
uniform ivec3 corner;  // voxel at the lower left
uniform ivec3 right;   // from a voxel to the next
uniform ivec3 up;
uniform float low;     // densities at the ends of the scale
uniform float high;
uniform float start;
uniform float perRange;
uniform int logarithmic; // 0 or 1
uniform uint missing;    // colour of NaN

// Tested by its bits: compilers may take isnan for false.
bool isMissing(float c) {
    return (floatBitsToUint(c) & 0x7fffffffu) > 0x7f800000u;
}

float position(float c) {
    if (c <= low) return 0.0;
    if (c >= high) return 1.0;
    return clamp(((logarithmic != 0 ? log2(c) : c) - start) * perRange, 0.0, 1.0);
}

vec3 levels(uint colour) {
    return vec3(colour & 255u, (colour >> 8) & 255u, (colour >> 16) & 255u);
}

uint colourAt(float t) {
    float at = 255.0 * t;
    int i = min(int(at), 254);
    uvec3 c = uvec3(mix(levels(colours[i]), levels(colours[i + 1]), at - float(i)) + 0.5);
    return c.r | (c.g << 8) | (c.b << 16) | 0xff000000u;
}

float at(ivec2 v) {
    v = clamp(v, ivec2(0), voxels - 1);
    return fetch(density, corner + v.x * right + v.y * up);
}

float nearest(ivec2 pixel) { return at(((2 * pixel + 1) * voxels) / (2 * extent)); }

float between(ivec2 pixel) {
    ivec2 twice = (2 * pixel + 1) * voxels - extent; // 2 extent times the place in voxel centres
    ivec2 low = (twice + 2 * extent) / (2 * extent) - 1; // rounded down: twice is above -2 extent
    vec2 share = vec2(twice - 2 * extent * low) / vec2(2 * extent);
    float c = mix(mix(at(low), at(low + ivec2(1, 0)), share.x),
                  mix(at(low + ivec2(0, 1)), at(low + ivec2(1, 1)), share.x), share.y);
    return isMissing(c) ? nearest(pixel) : c;
}

void main() {
    ivec2 pixel = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(pixel, extent))) return;
    ivec2 fromBelow = ivec2(pixel.x, extent.y - 1 - pixel.y);
    float c = linear != 0 ? between(fromBelow) : nearest(fromBelow);
    uint colour = isMissing(c) ? missing : colourAt(position(c));
    imageStore(pixels, pixel, unpackUnorm4x8(colour));
}
