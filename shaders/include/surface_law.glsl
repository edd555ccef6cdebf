// The flux of a cell whose uptake saturates, in density/s of its voxel. Mirrors engine.SurfaceLaw.
//   J = sink c_s - release + maxUptake c_s/(halfSaturation + c_s),  c_s = c_voxel - shift J
#include "site.glsl"

struct Law {
    float sink;           // 1/s
    float release;        // density/s
    float maxUptake;      // density/s
    float halfSaturation; // density
    float shift;          // s
};

// A voxel's sites entry: voxel, first cell, number of cells.
layout(std430) readonly buffer Sites { uvec4 sites[]; };
layout(std430) readonly buffer Laws { Law laws[]; };

uniform int count;

float surface(Law law, float voxel) {
    float a = 1.0 + law.sink * law.shift;
    float b = max(0.0, voxel + law.shift * law.release); // a voxel not yet filled, see Surface
    float p = b - a * law.halfSaturation - law.shift * law.maxUptake;
    float root = sqrt(max(0.0, p * p + 4.0 * a * b * law.halfSaturation));
    return p > 0.0 ? (p + root) / (2.0 * a) : 2.0 * b * law.halfSaturation / (root - p);
}

float saturated(Law law, float surface) {
    return law.maxUptake * surface / (law.halfSaturation + surface);
}

float flux(Law law, float surface) {
    return law.sink * surface - law.release + saturated(law, surface);
}
