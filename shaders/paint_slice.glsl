// Colours one slice of a field, one pixel per voxel. Mirrors render.Plane.Paint.
//   t = (c - start) * perRange          linear: start is the density at the low end
//   t = (log2(c) - start) * perRange    logarithmic: start is its binary logarithm
//   pixel = (1 - f) * colours[i] + f * colours[i + 1],   i + f = 255 t
#include "grid.glsl"

uniform FIELD_SAMPLER density; // in the substrate's unit
layout(std430) readonly buffer Colours { uint colours[256]; }; // 0xAABBGGRR
layout(std430) writeonly buffer Pixels { uint pixels[]; };     // rows from the top; bytes R, G, B, A

uniform ivec2 extent;  // pixels to the right and down
uniform ivec3 corner;  // voxel of the lower left pixel
uniform ivec3 right;   // from a pixel's voxel to that of the next
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

void main() {
    ivec2 pixel = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(pixel, extent))) return;
    float c = fetch(density, corner + pixel.x * right + (extent.y - 1 - pixel.y) * up);
    pixels[pixel.x + extent.x * pixel.y] = isMissing(c) ? missing : colourAt(position(c));
}
