// What the neighbours of each cell of a cohort change of the density it sees, for one fluid. Mirrors cpu's cohort.correct.
//   correction = spread sum of excess J
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"

// Where the neighbours of each cell begin and end; then neighbours: cell of the group, bits of its excess.
layout(std430) readonly buffer Neighbours { uvec2 neighbours[]; };
layout(std430) readonly buffer Spreads { float spreads[]; };          // per fluid and cell
layout(std430) readonly buffer Pulls { float pulls[]; };              // per member and cell of the group: J
layout(std430) writeonly buffer Corrections { float corrections[]; }; // per fluid and cell

uniform int count; // of cells
uniform int fluid;
uniform int first; // of the fluid's member in pulls

void main() {
    int cell = int(gl_GlobalInvocationID.x);
    if (cell >= count) return;
    float sum = 0.0;
    uvec2 range = neighbours[cell];
    for (uint i = range.x; i < range.y; i++) {
        uvec2 other = neighbours[uint(count) + i];
        sum += uintBitsToFloat(other.y) * pulls[first + int(other.x)];
    }
    corrections[fluid * count + cell] = spreads[fluid * count + cell] * sum;
}
