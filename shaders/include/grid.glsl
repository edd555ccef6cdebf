// A kernel's view of the grid, written once for two and three dimensions.
//   DIMENSIONS  2 where the grid has one voxel along z (fields are 2D textures), else 3
//   GROUP_X, GROUP_Y, GROUP_Z  shape of the work group; the defaults were the fastest on llvmpipe
// Positions are ivec3 in both. A macro's parameters are called a_...: one called x would rewrite .x as well.
// Sums that engine/cpu repeats bit for bit are declared precise by the kernel: it forbids fused multiply-add.

#ifndef DIMENSIONS
#define DIMENSIONS 3
#endif

#if DIMENSIONS == 2
#define FIELD image2D
#define FIELD_SAMPLER sampler2D
#define COORD(a_v) ((a_v).xy)
#else
#define FIELD image3D
#define FIELD_SAMPLER sampler3D
#define COORD(a_v) (a_v)
#endif

#ifndef GROUP_X
#if DIMENSIONS == 2
#define GROUP_X 1024
#define GROUP_Y 1
#else
#define GROUP_X 128
#define GROUP_Y 8
#endif
#define GROUP_Z 1
#endif

layout(local_size_x = GROUP_X, local_size_y = GROUP_Y, local_size_z = GROUP_Z) in;

uniform ivec3 shape; // voxels along x, y, z

// Whether v, whose components are not negative, is a voxel of the grid.
bool inside(ivec3 v) {
    return all(lessThan(v, shape));
}

// The voxel at the given offset of at most one, brought back into the grid. Along an axis for which PERIODIC_X, _Y or _Z
// is defined it wraps; else it stays in the outermost voxel: a difference across a wall is then zero, which is no-flux.
// (A load outside an image gives 0, which is an absorbing wall.)
ivec3 neighbour(ivec3 v, ivec3 offset) {
    ivec3 n = v + offset;
    ivec3 m = clamp(n, ivec3(0), shape - 1);
#ifdef PERIODIC_X
    m.x = n.x < 0 ? shape.x - 1 : (n.x >= shape.x ? 0 : n.x);
#endif
#ifdef PERIODIC_Y
    m.y = n.y < 0 ? shape.y - 1 : (n.y >= shape.y ? 0 : n.y);
#endif
#ifdef PERIODIC_Z
    m.z = n.z < 0 ? shape.z - 1 : (n.z >= shape.z ? 0 : n.z);
#endif
    return m;
}

// Value of an image or, with fetch, of a sampler at a voxel.
#define load(a_field, a_v) (imageLoad(a_field, COORD(a_v)).r)
#define store(a_field, a_v, a_value) imageStore(a_field, COORD(a_v), vec4(a_value))
#define fetch(a_field, a_v) (texelFetch(a_field, COORD(a_v), 0).r)
