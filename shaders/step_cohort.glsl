// A step of forward Euler of the states of a cohort. Mirrors cpu's cohort.euler.
//   y' = y + dt F(y)
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"

layout(std430) buffer States { vec4 states[]; };
layout(std430) readonly buffer Rates { vec4 rates[]; };

uniform int count; // of vectors of four variables times cells
uniform float dt;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i < count) states[i] += dt * rates[i];
}
