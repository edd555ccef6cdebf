// Sums what the groups of a kernel have summed, and makes of it what conjugate gradients need next; one work group.
// Mirrors multigrid.Solver.Solve.
//   RESIDUAL   square, scale
//   PROJECT    beta = r z / (r z of the cycle before), 0 in the first
//   CURVE      alpha = r z / p A p, 0 where rounding is all that is left
//   LIFT       alpha = excess / slope, see excess_implicit.glsl
#define GROUP 256

layout(local_size_x = GROUP) in;

#include "search.glsl"

layout(std430) readonly buffer Partials { dvec2 partials[]; };

uniform int count; // of partials
#ifdef PROJECT
uniform int cycle; // from 0
#endif

shared dvec2 summed[GROUP];

void conclude(dvec2 sum) {
#if defined(RESIDUAL)
    square = sum.x;
    scale = sum.y;
#elif defined(PROJECT)
    beta = cycle > 0 && product > 0.0 ? sum.x / product : 0.0;
    product = sum.x;
#elif defined(LIFT)
    alpha = sum.y > 0.0 ? sum.x / sum.y : 0.0;
#else
    curvature = sum.x;
    alpha = sum.x > 0.0 ? product / sum.x : 0.0;
#endif
}

void main() {
    int at = int(gl_LocalInvocationIndex);
    dvec2 sum = dvec2(0.0);
    for (int i = at; i < count; i += GROUP) sum += partials[i];
    summed[at] = sum;
    for (int stride = GROUP / 2; stride > 0; stride /= 2) {
        memoryBarrierShared();
        barrier();
        if (at < stride) summed[at] += summed[at + stride];
    }
    if (at == 0) conclude(summed[0]);
}
