// Adds the light of up to three fields in one slice. Mirrors render.MergeInto.
//   pixel = sum over channels of t * colour, at most 255,   t = where the density lies between the ends of the channel's scale
#include "grid.glsl"
#include "scale.glsl"
#include "pixel.glsl"

uniform FIELD_SAMPLER density0; // each in its substrate's unit; those beyond channels are not read
uniform FIELD_SAMPLER density1;
uniform FIELD_SAMPLER density2;
layout(rgba8) writeonly uniform image2D pixels; // row 0 is the top

uniform int channels;
uniform ivec3 corner; // voxel at the lower left
uniform ivec3 right;  // from a voxel to the next
uniform ivec3 up;
uniform vec3 low;     // of each channel: densities at the ends of the scale
uniform vec3 high;
uniform vec3 start;
uniform vec3 perRange;
uniform ivec3 logarithmic; // 0 or 1
uniform float colours[9];  // of each channel red, green and blue, 0 to 255
uniform vec3 missing;      // where no channel has a number

float at(FIELD_SAMPLER density, ivec2 v) {
    v = clamp(v, ivec2(0), voxels - 1);
    return fetch(density, corner + v.x * right + v.y * up);
}

float shown(FIELD_SAMPLER density, ivec2 pixel) {
    vec2 share;
    ivec2 v = before(pixel, share);
    float c = mix(mix(at(density, v), at(density, v + ivec2(1, 0)), share.x),
                  mix(at(density, v + ivec2(0, 1)), at(density, v + ivec2(1, 1)), share.x), share.y);
    return linear == 0 || isMissing(c) ? at(density, holding(pixel)) : c;
}

void main() {
    ivec2 pixel = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(pixel, extent))) return;
    ivec2 fromBelow = ivec2(pixel.x, extent.y - 1 - pixel.y);
    vec3 light = vec3(0.0);
    bool seen = false;
    for (int i = 0; i < channels; i++) {
        float c = i == 0 ? shown(density0, fromBelow) : i == 1 ? shown(density1, fromBelow) : shown(density2, fromBelow);
        if (isMissing(c)) continue;
        seen = true;
        light += position(c, low[i], high[i], start[i], perRange[i], logarithmic[i] != 0) * vec3(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]);
    }
    uvec3 levels = uvec3(min(seen ? light : missing, vec3(255.0)) + 0.5);
    imageStore(pixels, pixel, vec4(levels, 255u) / 255.0);
}
