// A grid of the hierarchy of engine/multigrid, the finest is levels[0]: of each voxel i
//   sum over the faces of T (u_i - u_j) + k u_i = f
// or over links with all neighbours, on coarser levels of a varied operator. Mirrors multigrid.Level. Fields hold all
// levels, one after the other.
struct Level {
    ivec3 shape;    // voxels along x, y, z
    int first;      // number of its first voxel in the fields
    ivec3 periodic; // 1 or 0
    int faces;      // number of its first voxel among the faces; WEIGHTS or LABELS
    vec3 weights;   // T along each axis; with LABELS times the conductance, (alpha D)_face
    int sweeps;     // before and after the coarse correction
    ivec3 halved;   // 1 along the axes where the next level has half the voxels
    int seams;      // 1 where an odd axis is periodic: two colours do not suffice
    int links;      // first of its links; FACES
    int basis;      // first of the shares that parents give; WHOLE where a parent gives all to its children
    float factor;   // by which sweeps go further than to a residual of 0
    int spare;
};

#define WEIGHTS -1
#define LABELS -2
#define FACES -1
#define WHOLE -1

layout(std430) readonly buffer Levels { Level levels[]; };
layout(std430) buffer Sinks { float sinks[]; };                         // k
layout(std430) readonly buffer Faces { float faces[]; };                // T with the lower neighbour along x, y, z
layout(std430) readonly buffer Links { float links[]; };                // T on each lower side, plane by plane
layout(std430) readonly buffer Basis { float basis[]; };                // shares on each side of a parent's place, plane by plane
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

int voxelsOf(Level l) { return l.shape.x * l.shape.y * l.shape.z; }

// The number of a voxel on its level.
int numberIn(Level l, ivec3 v) { return indexIn(l, v) - l.first; }

// The plane of the side at an offset, of those along the given axes, 1 or 0 each. The middle one is the voxel itself.
int planeOf(ivec3 offset, ivec3 axes) {
    ivec3 at = (offset + 1) * axes;
    ivec3 n = 1 + 2 * axes;
    return at.x + n.x * (at.y + n.y * at.z);
}

// Finds the voxel at an offset of at most 1 along each axis, unless a wall lies between.
bool beside(Level l, ivec3 v, ivec3 offset, out ivec3 next) {
    ivec3 to = v + offset;
    next = (to + l.shape) % l.shape;
    return (to - next) * (1 - l.periodic) == ivec3(0);
}

// T of a voxel and its neighbour at an offset, where there are links.
float linkOf(Level l, ivec3 v, ivec3 next, ivec3 offset) {
    ivec3 axes = ivec3(greaterThan(l.shape, ivec3(1)));
    int own = planeOf(ivec3(0), axes);
    int plane = planeOf(offset, axes);
    if (plane < own) return links[l.links + plane * voxelsOf(l) + numberIn(l, v)];
    return links[l.links + (2 * own - plane) * voxelsOf(l) + numberIn(l, next)];
}

// What a parent of the next level gives the voxel at an offset from its place.
float shareOf(Level l, Level coarser, ivec3 parent, ivec3 offset) {
    return basis[l.basis + planeOf(offset, l.halved) * voxelsOf(coarser) + numberIn(coarser, parent)];
}

#define EACH_OFFSET(a_offset, a_low, a_high) \
    for (ivec3 a_offset = (a_low); a_offset.z <= (a_high).z; a_offset.z++) \
        for (a_offset.y = (a_low).y; a_offset.y <= (a_high).y; a_offset.y++) \
            for (a_offset.x = (a_low).x; a_offset.x <= (a_high).x; a_offset.x++)

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

// Sum of T over the faces or links.
float openAt(Level l, ivec3 v) {
    if (l.links == FACES) return openOf(stencilAt(l, v));
    float sum = 0.0;
    ivec3 next;
    EACH_OFFSET(offset, ivec3(-1), ivec3(1)) {
        if (offset != ivec3(0) && beside(l, v, offset, next)) sum += linkOf(l, v, next, offset);
    }
    return sum;
}
