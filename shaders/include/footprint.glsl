// Where the cells of a cohort meet the grid; see engine.Footprints. Where the entries of each cell begin and end; then
// entries: voxel, bits of its share.
layout(std430) readonly buffer Footprints { uvec2 footprints[]; };

ivec3 voxelAt(uint index) {
    int i = int(index);
    int row = i / shape.x;
    return ivec3(i - row * shape.x, row % shape.y, row / shape.y);
}
