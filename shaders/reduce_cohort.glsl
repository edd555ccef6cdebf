// Sums over the states of a cohort, and how far a step is from the trapezoidal rule. Mirrors cpu's cohort.compare. An
// invocation goes over every strands-th cell for one variable; the host sums the strands.
//   defect = candidate - y - dt/2 (F(y) + F(candidate))
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(std430) readonly buffer Candidates { float candidates[]; };
layout(std430) readonly buffer States { float states[]; };       // y
layout(std430) readonly buffer Rates { float rates[]; };         // F(y)
layout(std430) readonly buffer RatesNext { float ratesNext[]; }; // F(candidate)
layout(std430) writeonly buffer Strands { vec4 trials[]; };      // per variable and strand: sums of squares, the largest

uniform int count;   // of cells
uniform int strands;
uniform float halfStep; // dt/2

void main() {
    int strand = int(gl_GlobalInvocationID.x);
    int variable = int(gl_GlobalInvocationID.y);
    if (strand >= strands) return;
    vec2 defects = vec2(0.0);
    vec2 norm = vec2(0.0);
    float most = 0.0;
    for (int i = variable * count + strand; i < (variable + 1) * count; i += strands) {
        float y = candidates[i];
        float defect = (y - states[i]) - halfStep * (rates[i] + ratesNext[i]);
        defects = compensated(defects, defect * defect);
        norm = compensated(norm, y * y);
        most = max(most, abs(y));
    }
    trials[variable * strands + strand] = vec4(defects.x, norm.x, most, 0.0);
}
