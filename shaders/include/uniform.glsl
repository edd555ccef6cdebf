// What a field spreads and loses in uniform tissue, with the neighbours along the march given:
//   transport = sum over the axes of weights ((c_lower - c) + (c_upper - c)) - decay c
// Neighbours across a wall repeat the voxel.
uniform vec3 weights; // scale D/(R dx^2) per axis
uniform float decay;  // scale lambda/R

#if DIMENSIONS == 2
#define transport(a_field, a_v, a_c, a_before, a_after) \
    ((weights.x * ((load(a_field, neighbour(a_v, ivec3(-1, 0, 0))) - (a_c)) \
                 + (load(a_field, neighbour(a_v, ivec3(1, 0, 0))) - (a_c))) \
    + weights.y * (((a_before) - (a_c)) + ((a_after) - (a_c)))) - decay * (a_c))
#else
#define transport(a_field, a_v, a_c, a_before, a_after) \
    ((weights.x * ((load(a_field, neighbour(a_v, ivec3(-1, 0, 0))) - (a_c)) \
                 + (load(a_field, neighbour(a_v, ivec3(1, 0, 0))) - (a_c))) \
    + weights.y * ((load(a_field, neighbour(a_v, ivec3(0, -1, 0))) - (a_c)) \
                 + (load(a_field, neighbour(a_v, ivec3(0, 1, 0))) - (a_c))) \
    + weights.z * (((a_before) - (a_c)) + ((a_after) - (a_c)))) - decay * (a_c))
#endif

// What a density makes decay, less the rate constant that all share.
#define decaying(a_c) (a_c)
#define startLabels(a_v)
#define nextLabels(a_v)
