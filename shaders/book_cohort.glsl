// Books an accepted step of a cohort. Mirrors cpu's cohort.accept.
//   integrals += dt (J(c) + share), and the same of what is given off
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(std430) readonly buffer Exchanged { vec4 exchanged[]; }; // at the start of the step; see evaluate_cohort.glsl
layout(std430) readonly buffer Stages { vec4 stages[]; };
layout(std430) buffer Sums { vec4 sums[]; }; // of the flux and of what is given off, each compensated

uniform int count; // of fluids times cells
uniform float dt;
uniform float keep; // 0 leaves the shares out

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    vec2 value = exchanged[i].yz + (keep != 0.0 ? stages[i].xz : vec2(0.0));
    sums[i] = vec4(compensated(sums[i].xy, dt * value.x), compensated(sums[i].zw, dt * value.y));
}
