// What the neighbours of each cell of a cohort change of the density it sees, for one fluid or its tags: one invocation a cell
// and tag. Mirrors cpu's cohort.correct and meeting.correct.
//   correction = spread sum of excess J
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"

// Where the neighbours of each cell begin and end; then neighbours: cell of the group, bits of its excess.
layout(std430) readonly buffer Neighbours { uvec2 neighbours[]; };
layout(std430) readonly buffer Spreads { float spreads[]; };          // per fluid and cell
layout(std430) readonly buffer Pulls { float pulls[]; };              // per member, or tag, and cell of the group: J
layout(std430) writeonly buffer Corrections { float corrections[]; }; // per fluid, or tag, and cell

uniform int count;  // of cells
uniform int crowd;  // of all of the group
uniform int fluid;  // in spreads
uniform int row;    // of the first in corrections
uniform int member; // and in pulls

void main() {
    int cell = int(gl_GlobalInvocationID.x);
    int tag = int(gl_GlobalInvocationID.y);
    if (cell >= count) return;
    float sum = 0.0;
    uvec2 range = neighbours[cell];
    for (uint i = range.x; i < range.y; i++) {
        uvec2 other = neighbours[uint(count) + i];
        sum += uintBitsToFloat(other.y) * pulls[(member + tag) * crowd + int(other.x)];
    }
    corrections[(row + tag) * count + cell] = spreads[fluid * count + cell] * sum;
}
