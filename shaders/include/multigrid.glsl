// A grid of the hierarchy of engine/multigrid, the finest is levels[0]: of each voxel i
//   sum over the faces of T (u_i - u_j) + k u_i = f
// Mirrors multigrid.Level. Fields hold all levels, one after the other.
struct Level {
    ivec3 shape;    // voxels along x, y, z
    int first;      // number of its first voxel in the fields
    ivec3 periodic; // 1 or 0
    int faces;      // number of its first voxel among the faces; WEIGHTS or LABELS
    vec3 weights;   // T along each axis; with LABELS times the conductance, (alpha D)_face
    int sweeps;     // before and after the coarse correction
    ivec3 halved;   // 1 along the axes where a voxel of the next level holds two
    int seams;      // 1 where an odd axis is periodic: two colours do not suffice
};

#define WEIGHTS -1
#define LABELS -2

layout(std430) readonly buffer Levels { Level levels[]; };
layout(std430) buffer Sinks { float sinks[]; };                         // k
layout(std430) readonly buffer Faces { float faces[]; };                // T with the lower neighbour along x, y, z
layout(std430) readonly buffer Labels { uint packedLabels[]; };         // four voxels each, x fastest
layout(std430) readonly buffer Conductances { float conductances[]; };  // (alpha D)_face, label by label

uniform int labelCount;

int indexIn(Level l, ivec3 v) {
    return l.first + v.x + l.shape.x * (v.y + l.shape.y * v.z);
}

int labelOf(int i) {
    return int((packedLabels[i >> 2] >> uint(8 * (i & 3))) & 0xffu);
}

// T between two voxels, the upper along the axis first.
float faceBetween(Level l, int upper, int lower, int axis) {
    if (l.faces == WEIGHTS) return l.weights[axis];
    if (l.faces == LABELS) return l.weights[axis] * conductances[labelCount * labelOf(upper) + labelOf(lower)];
    return faces[3 * (l.faces + upper - l.first) + axis];
}

// A voxel, its neighbours and the faces to them, which are 0 at walls.
struct Stencil {
    int voxel;
    int next[6]; // lower and upper along x, y, z
    float open[6];
};

// The neighbour of a voxel on one of its sides, in the order of Stencil; across a wall, the voxel at the axis' other end.
ivec3 nextTo(Level l, ivec3 v, int side) {
    int axis = side / 2;
    int last = l.shape[axis] - 1;
    if (side % 2 == 0) v[axis] = v[axis] > 0 ? v[axis] - 1 : last;
    else v[axis] = v[axis] < last ? v[axis] + 1 : 0;
    return v;
}

Stencil stencilAt(Level l, ivec3 v) {
    Stencil s;
    s.voxel = indexIn(l, v);
    for (int axis = 0; axis < 3; axis++) {
        int below = indexIn(l, nextTo(l, v, 2 * axis));
        int above = indexIn(l, nextTo(l, v, 2 * axis + 1));
        bool wraps = l.periodic[axis] != 0;
        s.next[2 * axis] = below;
        s.next[2 * axis + 1] = above;
        s.open[2 * axis] = wraps || v[axis] > 0 ? faceBetween(l, s.voxel, below, axis) : 0.0;
        s.open[2 * axis + 1] = wraps || v[axis] < l.shape[axis] - 1 ? faceBetween(l, above, s.voxel, axis) : 0.0;
    }
    return s;
}

// Sum of T over the faces.
float openOf(Stencil s) {
    float sum = 0.0;
    for (int i = 0; i < 6; i++) sum += s.open[i];
    return sum;
}
