// Sums over the states of a cohort, and how far a step is from the trapezoidal rule. Mirrors cpu's cohort.compare. An
// invocation goes over every strands-th cell for four variables; the host sums the strands.
//   defect = candidate - y - dt/2 (F(y) + F(candidate))
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(rgba32f) readonly uniform imageBuffer candidates;
layout(rgba32f) readonly uniform imageBuffer states;    // y
layout(rgba32f) readonly uniform imageBuffer rates;     // F(y)
layout(rgba32f) readonly uniform imageBuffer ratesNext; // F(candidate)
// Per four variables and strand: sums of the squares of the defect and of the candidate, and its largest.
layout(std430) writeonly buffer Strands { vec4 trials[][3]; };

uniform int count;   // of cells
uniform int strands;
uniform float halfStep; // dt/2

// As compensated, of four sums.
void addTo(inout vec4 sum, inout vec4 error, vec4 term) {
    precise vec4 corrected = term - error;
    precise vec4 total = sum + corrected;
    error = (total - sum) - corrected;
    sum = total;
}

void main() {
    int strand = int(gl_GlobalInvocationID.x);
    int four = int(gl_GlobalInvocationID.y);
    if (strand >= strands) return;
    vec4 defects = vec4(0.0);
    vec4 defectsError = vec4(0.0);
    vec4 norm = vec4(0.0);
    vec4 normError = vec4(0.0);
    vec4 most = vec4(0.0);
    for (int i = four * count + strand; i < (four + 1) * count; i += strands) {
        vec4 y = imageLoad(candidates, i);
        vec4 defect = (y - imageLoad(states, i)) - halfStep * (imageLoad(rates, i) + imageLoad(ratesNext, i));
        addTo(defects, defectsError, defect * defect);
        addTo(norm, normError, y * y);
        most = max(most, abs(y));
    }
    trials[four * strands + strand] = vec4[3](defects, norm, most);
}
