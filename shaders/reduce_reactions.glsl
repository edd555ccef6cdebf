// Sums what reacts over the columns of a row along x; the host sums the rows.
//   x, y sums, z the largest; see react.glsl
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#define DIMENSIONS 2
#include "site.glsl"

layout(std430) readonly buffer Reacted { vec4 reacted[]; };
layout(std430) writeonly buffer Rows { vec4 rows[]; };

// shape.x columns in each of shape.y rows
void main() {
    int row = int(gl_GlobalInvocationID.x);
    if (row >= shape.y) return;
    vec2 stages = vec2(0.0);
    vec2 now = vec2(0.0);
    float steepest = 0.0;
    for (int i = row * shape.x; i < (row + 1) * shape.x; i++) {
        stages = compensated(stages, reacted[i].x);
        now = compensated(now, reacted[i].y);
        steepest = max(steepest, reacted[i].z);
    }
    rows[row] = vec4(stages.x, now.x, steepest, 0.0);
}
