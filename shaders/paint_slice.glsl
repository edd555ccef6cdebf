// Colours one slice of a field, or the maximum or mean of its layers. Mirrors render.Plane.PaintInto and render.Project.
//   nearest: c of the voxel that holds the pixel's centre
//   linear:  c between the four voxel centres around it, constant from the outermost to the walls
//   t = where c lies between the ends of the scale
//   pixel = (1 - f) * colours[i] + f * colours[i + 1],   i + f = 255 t
#include "grid.glsl"
#include "scale.glsl"
#include "pixel.glsl"

uniform FIELD_SAMPLER density; // in the substrate's unit
layout(std430) readonly buffer Colours { uint colours[256]; }; // 0xAABBGGRR
layout(rgba8) writeonly uniform image2D pixels; // row 0 is the top

uniform ivec3 corner;  // voxel at the lower left
uniform ivec3 right;   // from a voxel to the next
uniform ivec3 up;
uniform ivec3 through; // from a layer to the next
uniform int layers;    // 1: a slice
uniform int mean;      // 0: the largest density of the layers; 1: their mean
uniform float low;     // densities at the ends of the scale
uniform float high;
uniform float start;
uniform float perRange;
uniform int logarithmic; // 0 or 1
uniform uint missing;    // colour of NaN

vec3 levels(uint colour) {
    return vec3(colour & 255u, (colour >> 8) & 255u, (colour >> 16) & 255u);
}

uint colourAt(float t) {
    float at = 255.0 * t;
    int i = min(int(at), 254);
    uvec3 c = uvec3(mix(levels(colours[i]), levels(colours[i + 1]), at - float(i)) + 0.5);
    return c.r | (c.g << 8) | (c.b << 16) | 0xff000000u;
}

// Layers without a number are left out.
float at(ivec2 v) {
    v = clamp(v, ivec2(0), voxels - 1);
    ivec3 first = corner + v.x * right + v.y * up;
    float most = 0.0, sum = 0.0;
    int n = 0;
    for (int i = 0; i < layers; i++) {
        float c = fetch(density, first + i * through);
        if (isMissing(c)) continue;
        most = n == 0 ? c : max(most, c);
        sum += c;
        n++;
    }
    if (n == 0) return uintBitsToFloat(0x7fc00000u); // not a number
    return mean != 0 ? sum / float(n) : most;
}

float nearest(ivec2 pixel) { return at(holding(pixel)); }

float between(ivec2 pixel) {
    vec2 share;
    ivec2 low = before(pixel, share);
    float c = mix(mix(at(low), at(low + ivec2(1, 0)), share.x),
                  mix(at(low + ivec2(0, 1)), at(low + ivec2(1, 1)), share.x), share.y);
    return isMissing(c) ? nearest(pixel) : c;
}

void main() {
    ivec2 pixel = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(pixel, extent))) return;
    ivec2 fromBelow = ivec2(pixel.x, extent.y - 1 - pixel.y);
    float c = linear != 0 ? between(fromBelow) : nearest(fromBelow);
    uint colour = isMissing(c) ? missing : colourAt(position(c, low, high, start, perRange, logarithmic != 0));
    imageStore(pixels, pixel, unpackUnorm4x8(colour));
}
