// What the cells of a cohort see of one field. Mirrors cpu's meeting.see.
//   seen = sum of share c,   or with STAGE of share (c + unit d)
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "grid.glsl"
#include "footprint.glsl"

layout(r32f) readonly uniform FIELD density; // c
#ifdef STAGE
layout(r32f) readonly uniform FIELD near;    // d_(j-1), or F(c) in the first stage
uniform float unit; // 1, or mu~_1 dt in the first stage
#endif
layout(std430) writeonly buffer Seen { float seen[]; };

uniform int count; // of cells
uniform int row;   // of seen

void main() {
    int cell = int(gl_GlobalInvocationID.x);
    if (cell >= count) return;
    float sum = 0.0;
    uvec2 range = footprints[cell];
    for (uint i = range.x; i < range.y; i++) {
        uvec2 entry = footprints[uint(count) + i];
        ivec3 v = voxelAt(entry.x);
        float c = load(density, v);
#ifdef STAGE
        c += unit * load(near, v);
#endif
        sum += uintBitsToFloat(entry.y) * c;
    }
    seen[row * count + cell] = sum;
}
