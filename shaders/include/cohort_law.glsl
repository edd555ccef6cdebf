// The exchange of a cell of a cohort with one fluid, in amounts, with what its reactions bind and give off on top.
// Mirrors engine.SurfaceLaw.
//   J = (sink + bind) c_s - release - give + maxUptake c_s/(halfSaturation + c_s),  c_s = c - shift J
#include "site.glsl"

struct Law {
    float sink;           // amount/s per density
    float maxUptake;      // amount/s
    float halfSaturation; // density
    float shift;          // density per amount/s
    float exported;       // amount/s
    float secretion;      // amount/s per density below saturation
    float saturation;     // density
    float capacity;       // of the cell's voxel, amount per density
};

float released(Law law) {
    return law.exported + law.secretion * law.saturation;
}

float secreted(Law law, float surface) {
    return law.exported + law.secretion * (law.saturation - surface);
}

float saturated(Law law, float surface) {
    return law.maxUptake > 0.0 ? law.maxUptake * surface / (law.halfSaturation + surface) : 0.0;
}

float slopeAtSurface(Law law, float bind, float surface) {
    float slope = law.sink + bind;
    if (law.maxUptake > 0.0) {
        float sum = law.halfSaturation + surface;
        slope += law.maxUptake * law.halfSaturation / (sum * sum);
    }
    return slope;
}

// What the cell takes up per density at such a density at its surface.
float sinkAt(Law law, float bind, float surface) {
    float sink = law.sink + bind;
    return law.maxUptake > 0.0 ? sink + law.maxUptake / (law.halfSaturation + surface) : sink;
}

float flux(Law law, float bind, float give, float surface) {
    return (law.sink + bind) * surface - (released(law) + give) + saturated(law, surface);
}

// The density at the surface of a cell that sees another; NaN where the law ends.
float surfaceOf(Law law, float bind, float give, float seen) {
    float a = 1.0 + (law.sink + bind) * law.shift;
    float b = seen + law.shift * (released(law) + give);
    float slack = a;
    if (law.maxUptake > 0.0) slack += law.shift * law.maxUptake / law.halfSaturation;
    if (slack <= 0.0) return uintBitsToFloat(0x7fc00000u);
    if (law.maxUptake == 0.0) return b / a;
    b = max(0.0, b);
    float p = b - a * law.halfSaturation - law.shift * law.maxUptake;
    float root = sqrt(max(0.0, p * p + 4.0 * a * b * law.halfSaturation));
    return p > 0.0 ? (p + root) / (2.0 * a) : 2.0 * b * law.halfSaturation / (root - p);
}
