// What the cells of a cohort do at the densities they see and at their states. Mirrors cpu's cohort.addRate with evaluate
// and steepen.
//   c_s = c - g J,  J = law(c_s) - sum of factor rate(c_s, y),  F_v = sum of factor rate(c_s, y)
// and the steepest row of the Jacobian. With STAGE it is a stage of theirs, at c + unit d and y + unit d_y. Mirrors cpu's
// cohort.addStage.
//   d_j = mu d_(j-1) + nu d_(j-2) + scale (F_v(y + d) - F_v(y)) + share F_v(y),  J(c + d) - J(c), and its share of the step
// With PAIRS the neighbours of a cell correct what it sees, and with SURFACES the kernel only tells what they make of it:
// cpu's cohort.surfaces. With ECHOES the cells are tips, and give off echoes: cpu's cohort.answer.
// FIELDS declares the densities of the FLUIDS, or their increments in a stage, where what was seen at c is known; SEE adds
// them to c, and SOLVE puts the densities at the surface there, one after the other. RATES makes the REACTIONS' rates r of
// these and of the variables y, four in each of FOURS vectors. Lists over the fluids say what they give to one (NET) and how
// much of it is new (FREED), one over the vectors of variables what they change (CHANGE). DERIVATIVES are those of the
// rates; by them NET has a slope over its own density (OWN) and over the states, as a sum of magnitudes times scales
// (PULLS); ROWS are such sums for the variables.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "cohort_law.glsl"

uniform int count; // of cells; lists run over the variables or fluids and, within one, over them
#ifdef STAGE
uniform float unit; // 1, or mu~_1 dt in the first stage
#endif

#if FOURS > 0
layout(rgba32f) readonly uniform imageBuffer states; // y
#ifdef STAGE
layout(rgba32f) readonly uniform imageBuffer near;   // d_(j-1), or F(y) in the first stage
#ifndef SURFACES
layout(rgba32f) readonly uniform imageBuffer rates;  // F(y)
layout(rgba32f) uniform imageBuffer far;             // d_(j-2), then d_j
uniform float mu;
uniform float nu;
uniform float share; // of F(y), s
uniform float scale; // mu~ dt
uniform float last;  // 0, or 1 to make y + d_j of it
#endif
#elif !defined(SURFACES)
layout(rgba32f) writeonly uniform imageBuffer rates;  // F(y)
layout(std430) readonly buffer Scales { vec4 scales[]; }; // w, see engine.Cohort
layout(std430) writeonly buffer Rows { float rows[]; };    // per cell, 1/s
#endif
#endif

#if FLUIDS > 0
FIELDS // density0; ..., images or samplers
layout(std430) readonly buffer Laws { Law laws[]; };
#include "footprint.glsl"
#ifdef PAIRS
layout(std430) readonly buffer Corrections { float corrections[]; };
#endif
#ifdef SURFACES
layout(std430) buffer Pulls { float pulls[]; }; // per member and cell of the group, see correct_cohort.glsl
layout(std430) buffer Sinks { float sinks[]; };  // as pulls: what a cell takes up per density at its surface
uniform float mixture; // share of what flows in pulls; 1 starts anew
uniform int first;    // of the cells there
uniform int crowd;    // of all there
const int member[FLUIDS] = int[FLUIDS](MEMBER);
#ifdef STAGE
layout(std430) readonly buffer Exchanged { vec4 exchanged[]; }; // at the start of the step
layout(std430) writeonly buffer Stages { vec4 stages[]; };
#else
layout(std430) writeonly buffer Exchanged { vec4 exchanged[]; };
#endif
#elif defined(STAGE)
layout(std430) readonly buffer Exchanged { vec4 exchanged[]; }; // at the start of the step
// Sums over the stages in x of y, and in z of what is given off; in w the density at the surface.
layout(std430) buffer Stages { vec4 stages[]; };
uniform float weight; // w_(j-1)
uniform float keep;   // 0 starts the sums anew
#else
layout(std430) writeonly buffer Exchanged { vec4 exchanged[]; }; // density at the surface, flux, given off, density seen
layout(std430) writeonly buffer Slopes { float slopes[]; };      // of the flux over the density in the voxel, amount/s per density
#endif

#ifdef ECHOES
#ifndef SURFACES
layout(std430) readonly buffer Sinks { float sinks[]; };
#endif
#include "echo.glsl"
#endif
#endif

void main() {
    int cell = int(gl_GlobalInvocationID.x);
    if (cell >= count) return;
#if FOURS > 0
    vec4 y[FOURS];
    for (int v = 0; v < FOURS; v++) y[v] = imageLoad(states, v * count + cell);
#ifdef STAGE
    vec4 d[FOURS];
    for (int v = 0; v < FOURS; v++) {
        d[v] = unit * imageLoad(near, v * count + cell);
        y[v] += d[v];
    }
#endif
#endif

#if FLUIDS > 0
    float c[FLUIDS]; // seen, then at the surface
    for (int f = 0; f < FLUIDS; f++) c[f] = 0.0;
    uvec2 range = footprints[cell];
    for (uint i = range.x; i < range.y; i++) {
        uvec2 entry = footprints[uint(count) + i];
        ivec3 v = voxelAt(entry.x);
        float part = uintBitsToFloat(entry.y);
        SEE // c[0] += part * ...
    }
#ifdef STAGE
    for (int f = 0; f < FLUIDS; f++) c[f] = exchanged[f * count + cell].w + unit * c[f];
#elif !defined(SURFACES)
    float seen[FLUIDS] = c; // without neighbours
#endif
    Law law[FLUIDS];
    float bind[FLUIDS]; // what reactions take up per density
    float give[FLUIDS]; // and give off at density 0
    for (int f = 0; f < FLUIDS; f++) {
        law[f] = laws[f * count + cell];
#ifdef PAIRS
        c[f] -= corrections[f * count + cell];
#endif
    }
#ifdef ECHOES
    float echo = echoOf(echoes[cell]);
#endif
    SOLVE // bind[0] = ...; give[0] = ...; c[0] = surfaceOf(law[0], bind[0], give[0], c[0]);
#endif

#ifdef SURFACES
    for (int f = 0; f < FLUIDS; f++) {
        int i = member[f] * crowd + first + cell;
        float found = flux(law[f], bind[f], give[f], c[f]);
        sinks[i] = sinkAt(law[f], bind[f], c[f]);
        pulls[i] = mixture == 1.0 ? found : pulls[i] + mixture * (found - pulls[i]);
#ifdef STAGE
        stages[f * count + cell].w = c[f];
#else
        exchanged[f * count + cell].x = c[f];
#endif
    }
#else
#if REACTIONS > 0
    float r[REACTIONS];
    RATES // r[0] = ...;
#endif
#if FLUIDS > 0
    float net[FLUIDS] = float[FLUIDS](NET);
    float freed[FLUIDS] = float[FLUIDS](FREED);
#ifdef STAGE
    for (int f = 0; f < FLUIDS; f++) {
        int i = f * count + cell;
        vec4 before = exchanged[i];
        float more = flux(law[f], 0.0, 0.0, c[f]) - net[f] - before.y;
        float moreGiven = secreted(law[f], c[f]) + freed[f] - before.z;
        vec4 sums = keep != 0.0 ? stages[i] : vec4(0.0);
        stages[i] = vec4(sums.x + weight * more, more, sums.z + weight * moreGiven, c[f]);
    }
#else
    DERIVATIVES // float d0_1 = ...;
#if FOURS > 0
    float pull[FLUIDS] = float[FLUIDS](PULLS);
#else
    float pull[FLUIDS];
    for (int f = 0; f < FLUIDS; f++) pull[f] = 0.0;
#endif
    float own[FLUIDS] = float[FLUIDS](OWN);
    float ease[FLUIDS]; // what an amount in the voxel changes at the surface
    for (int f = 0; f < FLUIDS; f++) {
        float slope = slopeAtSurface(law[f], -own[f], c[f]);
        ease[f] = 1.0 / (1.0 + law[f].shift * slope);
        pull[f] *= ease[f];
        exchanged[f * count + cell] = vec4(c[f], flux(law[f], 0.0, 0.0, c[f]) - net[f], secreted(law[f], c[f]) + freed[f], seen[f]);
        slopes[f * count + cell] = abs(slope) * ease[f] + pull[f] * law[f].capacity;
        ease[f] = ease[f] / law[f].capacity + abs(law[f].shift) * pull[f];
    }
#endif
#elif !defined(STAGE)
    DERIVATIVES
#endif

#if FOURS > 0
    vec4 change[FOURS] = vec4[FOURS](CHANGE);
#ifdef STAGE
    for (int v = 0; v < FOURS; v++) {
        int i = v * count + cell;
        vec4 now = imageLoad(rates, i);
        vec4 next = mu * d[v] + share * now + scale * (change[v] - now);
        if (nu != 0.0) next += nu * imageLoad(far, i);
        if (last != 0.0) next += imageLoad(states, i);
        imageStore(far, i, next);
    }
#else
    vec4 row[FOURS] = vec4[FOURS](ROWS);
    float steepest = 0.0;
    for (int v = 0; v < FOURS; v++) {
        imageStore(rates, v * count + cell, change[v]);
        vec4 steep = row[v] / scales[v];
        for (int k = 0; k < 4; k++) {
            if (steep[k] < 3.4e38) steepest = max(steepest, steep[k]); // neither infinite nor NaN
        }
    }
    rows[cell] = steepest;
#endif
#endif
#endif
}
