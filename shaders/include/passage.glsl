// What passes the faces where fluid flows; included by mosaic.glsl, which has the formulas.
layout(std430) readonly buffer PassagesX { vec2 passagesX[]; }; // (k, q) of each voxel's lower face, um^2/s; 0 at walls
layout(std430) readonly buffer PassagesY { vec2 passagesY[]; };
#if DIMENSIONS == 2
#define MARCH_PASSAGES passagesY
#else
layout(std430) readonly buffer PassagesZ { vec2 passagesZ[]; };
#define MARCH_PASSAGES passagesZ
#endif

uint indexOf(ivec3 v) { return uint(v.x) + uint(shape.x) * (uint(v.y) + uint(shape.y) * uint(v.z)); }

float across(vec2 passage, float lower, float upper) {
    return passage.x * (lower - upper) + max(passage.y, 0.0) * lower + min(passage.y, 0.0) * upper;
}

// The lower face of the next voxel; none at a wall, where neighbour() stays.
#define upperPassage(a_passages, a_v, a_step) \
    (neighbour(a_v, a_step) == (a_v) ? vec2(0.0) : a_passages[indexOf(neighbour(a_v, a_step))])

// The column keeps the label of the voxel and the passages before and after it.
uint labelHere;
vec2 passageBefore, passageAfter;

#define startLabels(a_v) \
    labelHere = labelAt(a_v); passageBefore = MARCH_PASSAGES[indexOf(a_v)]; passageAfter = upperPassage(MARCH_PASSAGES, a_v, march);
#define nextLabels(a_v) \
    labelHere = labelAt(min(a_v, shape - 1)); passageBefore = passageAfter; \
    passageAfter = upperPassage(MARCH_PASSAGES, min(a_v, shape - 1), march);

#define between(a_field, a_passages, a_v, a_step, a_c) \
    (across(a_passages[indexOf(a_v)], load(a_field, neighbour(a_v, -(a_step))), a_c) \
    - across(upperPassage(a_passages, a_v, a_step), a_c, load(a_field, neighbour(a_v, a_step))))
#define alongMarch(a_before, a_after, a_c) (across(passageBefore, a_before, a_c) - across(passageAfter, a_c, a_after))

#if DIMENSIONS == 2
#define transport(a_field, a_v, a_c, a_before, a_after) \
    ((weights.x * between(a_field, passagesX, a_v, ivec3(1, 0, 0), a_c) \
    + weights.y * alongMarch(a_before, a_after, a_c)) / capacityOf(labelHere) - decay * rateOf(labelHere) * (a_c))
#else
#define transport(a_field, a_v, a_c, a_before, a_after) \
    ((weights.x * between(a_field, passagesX, a_v, ivec3(1, 0, 0), a_c) \
    + weights.y * between(a_field, passagesY, a_v, ivec3(0, 1, 0), a_c) \
    + weights.z * alongMarch(a_before, a_after, a_c)) / capacityOf(labelHere) - decay * rateOf(labelHere) * (a_c))
#endif
