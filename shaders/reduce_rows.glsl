// Sums the columns of a row along x; the host sums the rows.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#define DIMENSIONS 2
#include "site.glsl"
#include "trial.glsl"

layout(std430) readonly buffer Columns { Trial trials[]; };
layout(std430) writeonly buffer Rows { Trial rows[]; };

// shape.x columns in each of shape.y rows
void main() {
    int row = int(gl_GlobalInvocationID.x);
    if (row >= shape.y) return;
    int first = row * shape.x;
    Trial t = trials[first];
    vec2 sum = vec2(t.sum, 0.0);
    vec2 loss = vec2(t.loss, 0.0);
    vec2 norm2 = vec2(t.norm2, 0.0);
    vec2 defect2 = vec2(t.defect2, 0.0);
    vec2 decayed = vec2(t.decayed, 0.0);
    for (int i = first + 1; i < first + shape.x; i++) {
        Trial other = trials[i];
        sum = compensated(sum, other.sum);
        loss = compensated(loss, other.loss);
        norm2 = compensated(norm2, other.norm2);
        defect2 = compensated(defect2, other.defect2);
        decayed = compensated(decayed, other.decayed);
        t.least = min(t.least, other.least);
        t.most = max(t.most, other.most);
    }
    rows[row] = Trial(sum.x, loss.x, norm2.x, defect2.x, t.least, t.most, decayed.x);
}
