// Sums over the columns of a density, and the totals of the shorter columns of stencils within; with DEFECT also how far
// a step is from the trapezoidal rule. Mirrors cpu's stepper.compare and Measure.
//   defect = candidate - c - dt/2 (F(c) + F(candidate))
#define CHUNK 32
#include "column.glsl"
#include "trial.glsl"

layout(r32f) readonly uniform FIELD candidate;
#ifdef DEFECT
layout(r32f) readonly uniform FIELD density;  // c
layout(r32f) readonly uniform FIELD rate;     // F(c)
layout(r32f) readonly uniform FIELD rateNext; // F(candidate)
uniform float halfStep; // dt/2
#endif
layout(std430) readonly buffer Totals { float totals[]; }; // per column of stencils
layout(std430) writeonly buffer Columns { Trial trials[]; };

void main() {
    ivec3 column = ivec3(gl_GlobalInvocationID);
    ivec3 v = columnStart(column);
    if (!inside(v)) return;
    Trial t = Trial(0.0, 0.0, 0.0, 0.0, load(candidate, v), load(candidate, v), 0.0);
    ivec3 part = column;
    part.ALONG *= CHUNK / STENCIL_CHUNK;
    for (int n = 0; n < CHUNK && !beyond(v); n += STENCIL_CHUNK) {
        t.decayed += totals[columnIndex(part)];
        part += march;
        for (int k = 0; k < STENCIL_CHUNK && !beyond(v); k++) {
            float c = load(candidate, v);
#ifdef MOSAIC
            uint label = labelAt(v);
            t.sum += capacityOf(label) * c;
            t.loss += lossOf(label) * c;
#else
            t.sum += c;
#endif
            t.norm2 += c * c;
            t.least = min(t.least, c);
            t.most = max(t.most, c);
#ifdef DEFECT
            float defect = (c - load(density, v)) - halfStep * (load(rate, v) + load(rateNext, v));
            t.defect2 += defect * defect;
#endif
            v += march;
        }
    }
    trials[columnIndex(column)] = t;
}
