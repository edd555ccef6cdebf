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

// The neighbour at the given offset, or the outermost voxel where the grid ends: a difference across a wall is then
// zero, which is no-flux. (A load outside an image gives 0, which is an absorbing wall.)
ivec3 neighbour(ivec3 v, ivec3 offset) {
    return clamp(v + offset, ivec3(0), shape - 1);
}

// Value of an image or, with fetch, of a sampler at a voxel.
#define load(a_field, a_v) (imageLoad(a_field, COORD(a_v)).r)
#define store(a_field, a_v, a_value) imageStore(a_field, COORD(a_v), vec4(a_value))
#define fetch(a_field, a_v) (texelFetch(a_field, COORD(a_v), 0).r)

// (c_lower - c) + (c_upper - c) along an axis, and its sum over all axes; c is the value at v.
#define axisSum(a_field, a_v, a_c, a_step) \
    ((load(a_field, neighbour(a_v, -(a_step))) - (a_c)) + (load(a_field, neighbour(a_v, a_step)) - (a_c)))
#if DIMENSIONS == 2
#define faceSum(a_field, a_v, a_c) \
    (axisSum(a_field, a_v, a_c, ivec3(1, 0, 0)) + axisSum(a_field, a_v, a_c, ivec3(0, 1, 0)))
#else
#define faceSum(a_field, a_v, a_c) \
    (axisSum(a_field, a_v, a_c, ivec3(1, 0, 0)) + axisSum(a_field, a_v, a_c, ivec3(0, 1, 0)) \
     + axisSum(a_field, a_v, a_c, ivec3(0, 0, 1)))
#endif
