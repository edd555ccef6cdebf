// Which voxels of a plane a pixel of a picture shows. Mirrors render.Plane.nearest and render.neighbours.
uniform ivec2 extent; // pixels to the right and down
uniform ivec2 voxels; // voxels to the right and up
uniform int linear;   // 0 or 1: interpolate between voxel centres

// The voxel that holds the centre of a pixel; rows of pixels count from below.
ivec2 holding(ivec2 pixel) { return ((2 * pixel + 1) * voxels) / (2 * extent); }

// The voxel below and to the left of the centre of a pixel, which may be one outside, and how far it is to the next.
ivec2 before(ivec2 pixel, out vec2 share) {
    ivec2 twice = (2 * pixel + 1) * voxels - extent; // 2 extent times the place in voxel centres
    ivec2 low = (twice + 2 * extent) / (2 * extent) - 1; // rounded down: twice is above -2 extent
    share = vec2(twice - 2 * extent * low) / vec2(2 * extent);
    return low;
}
