// What cells exchange of every tag of a substrate, and how tags pass through their carriers, variables that hold what was
// taken up. Mirrors cpu's meeting.evaluate and attributor.
//   J_A = sink c_A - q_A,  c_A = (seen_A + shift q_A)/(1 + shift sink)
// where sink is what the whole loses to the cell per density at its surface, and q_A what the cell gives off of the tag:
// what it makes, if that is its own tag, and what carriers let go. Of a carrier y a tag has the part y_A, and with it the
// share y_A/y of what leaves; of what the fluid loses it has the share c_A/c_s.
// With STAGE it is a stage of theirs, at y_A + unit d_A: see evaluate_cohort.glsl. With SURFACES the kernel only tells
// neighbours what flows, and with PLAIN the cells are not of a cohort: nothing tells what their surfaces are at.
// PORTIONS calls portion() for all that reactions do, at the densities c at the surfaces of the FLUIDS and the variables y,
// four in each of FOURS vectors; the tags are those of c[FLUID]. VARIABLES are the CARRIERS in y. With ECHOES the cells are tips.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "cohort_law.glsl"

uniform int count; // of cells; lists run over the tags or fluids and, within one, over them
uniform int tags;
layout(std430) readonly buffer Laws { Law laws[]; };
layout(std430) readonly buffer Senders { int senders[]; }; // per cell: the tag of what it makes
layout(std430) readonly buffer Seen { float seen[]; };      // with PLAIN, behind the tags, of the whole
#ifndef PLAIN
layout(std430) readonly buffer Corrections { float corrections[]; };
layout(std430) readonly buffer Surfaces { vec4 surfaces[]; }; // per fluid: the density at the surface, in x, of a stage in w
#endif

#ifdef ECHOES
layout(std430) readonly buffer Sinks { float sinks[]; };
#include "echo.glsl"
#endif

#if FOURS > 0
layout(rgba32f) readonly uniform imageBuffer states; // y
#ifdef STAGE
layout(rgba32f) readonly uniform imageBuffer near;   // d_(j-1), or F(y) in the first stage
#endif
#endif
#if CARRIERS > 0
layout(std430) buffer Carried { float carried[]; }; // per carrier, tag and cell
uniform ivec4 planes; // where y_A, F(y_A), d_(j-1), d_(j-2) begin
#endif

#ifdef STAGE
uniform float unit; // 1, or mu~_1 dt in the first stage
#endif
#ifdef SURFACES
layout(std430) buffer Pulls { float pulls[]; }; // per tag and cell of the group: see evaluate_cohort.glsl
uniform float mixture;
uniform int first;
uniform int crowd;
#elif defined(STAGE)
layout(std430) readonly buffer Exchanged { vec4 exchanged[]; }; // at the start of the step
layout(std430) buffer Stages { vec4 stages[]; }; // sums over the stages in x of y, and in z of what the cell makes
uniform float weight; // w_(j-1)
uniform float keep;   // 0 starts the sums anew
#if CARRIERS > 0
uniform float mu;
uniform float nu;
uniform float share; // of F(y), s
uniform float scale; // mu~ dt
uniform float last;  // 0, or 1 to make y + d_j of it
#endif
#else
layout(std430) writeonly buffer Exchanged { vec4 exchanged[]; }; // density at the surface, flux, made by the cell
#if CARRIERS > 0
uniform float euler; // dt to make y + dt F(y) of y, or 0
#endif
#endif

float surface; // c_s
float sink;
float made; // by the cell
float came; // from nowhere: the rest's

#if CARRIERS > 0
float lost[CARRIERS];            // of the carrier, amount/s
float let[CARRIERS];             // of it, into the fluid
float moved[CARRIERS * CARRIERS]; // into the carrier from another
float bound[CARRIERS];           // from the fluid, per density at the surface
float formed[CARRIERS];          // from what the cell makes
float filled[CARRIERS];          // from nowhere

// What a portion of a reaction gives to the fluid and to carriers, amount/s; if it takes from the fluid in proportion,
// slope is what it gives per density.
void portion(float slope, float given, float change[CARRIERS]) {
    float taken = 0.0;
    for (int i = 0; i < CARRIERS; i++) taken += max(0.0, -change[i]);
    if (slope < 0.0) sink -= slope;
    else if (given < 0.0 && surface > 0.0) sink -= given / surface;
    else if (given < 0.0) came += given;
    else if (taken == 0.0) made += given;
    for (int i = 0; i < CARRIERS; i++) {
        float loss = max(0.0, -change[i]);
        lost[i] += loss;
        if (slope >= 0.0 && given > 0.0 && loss > 0.0) let[i] += given * loss / taken;
        if (!(change[i] > 0.0)) continue;
        if (given < 0.0 && surface > 0.0) bound[i] += change[i] / surface;
        else if (given < 0.0) filled[i] += change[i];
        else if (taken == 0.0) formed[i] += change[i];
        else for (int k = 0; k < CARRIERS; k++) moved[i * CARRIERS + k] += change[i] * max(0.0, -change[k]) / taken;
    }
}
#else
void portion(float slope, float given) {
    if (slope < 0.0) sink -= slope;
    else if (given >= 0.0) made += given;
    else if (surface > 0.0) sink -= given / surface;
    else came += given;
}
#endif

// Mirrors engine.TagShare.
float shareOf(int tag, float part, float whole) {
    if (whole > 0.0) return part / whole;
    return tag == 0 ? 1.0 : 0.0;
}

// What the law takes per density, and what it makes. Mirrors cpu's apportion.
void apportion(Law law) {
    sink = law.sink - law.secretion;
    made = law.exported;
    if (law.maxUptake > 0.0) sink += law.maxUptake / (law.halfSaturation + surface);
    float more = law.secretion * (law.saturation - surface);
    if (more >= 0.0) made += more;
    else sink -= more / surface;
}

void main() {
    int cell = int(gl_GlobalInvocationID.x);
    if (cell >= count) return;
    Law law = laws[FLUID * count + cell];
#ifdef PLAIN
    surface = surfaceOf(law, 0.0, 0.0, seen[tags * count + cell]);
#else
    float c[FLUIDS];
#ifdef STAGE
    for (int f = 0; f < FLUIDS; f++) c[f] = surfaces[f * count + cell].w;
#else
    for (int f = 0; f < FLUIDS; f++) c[f] = surfaces[f * count + cell].x;
#endif
    surface = c[FLUID];
#endif
    apportion(law);
#ifdef ECHOES
    made += echoOf(echoes[cell]);
#endif
    came = 0.0;
#if FOURS > 0
    vec4 y[FOURS];
    for (int v = 0; v < FOURS; v++) {
        y[v] = imageLoad(states, v * count + cell);
#ifdef STAGE
        y[v] += unit * imageLoad(near, v * count + cell);
#endif
    }
#endif
#if CARRIERS > 0
    for (int i = 0; i < CARRIERS; i++) {
        lost[i] = 0.0;
        let[i] = 0.0;
        bound[i] = 0.0;
        formed[i] = 0.0;
        filled[i] = 0.0;
        for (int k = 0; k < CARRIERS; k++) moved[i * CARRIERS + k] = 0.0;
    }
    float whole[CARRIERS] = float[CARRIERS](VARIABLES);
#endif
    PORTIONS // portion(...); ...

    bool exhausted = law.maxUptake > 0.0 && surface == 0.0;
    int own = senders[cell];
    for (int tag = 0; tag < tags; tag++) {
        int at = tag * count + cell;
        float makes = tag == own ? made : 0.0;
        float given = makes + (tag == 0 ? came : 0.0);
#if CARRIERS > 0
        float held[CARRIERS];
#ifdef STAGE
        float d[CARRIERS];
#endif
        for (int i = 0; i < CARRIERS; i++) {
            int k = i * tags * count + at;
            float part = carried[planes.x + k];
#ifdef STAGE
            d[i] = unit * carried[planes.z + k];
            part += d[i];
#endif
            held[i] = shareOf(tag, part, whole[i]);
            given += let[i] * held[i];
        }
#endif
        float sees = seen[at];
#ifndef PLAIN
        sees -= corrections[at];
#endif
        float surfaceOfTag = exhausted ? 0.0 : (sees + law.shift * given) / (1.0 + law.shift * sink);
        float flux = sink * surfaceOfTag - given;

#ifdef SURFACES
        int to = tag * crowd + first + cell;
        pulls[to] = mixture == 1.0 ? flux : pulls[to] + mixture * (flux - pulls[to]);
#else
#ifdef STAGE
        vec4 before = exchanged[at];
        vec4 sums = keep != 0.0 ? stages[at] : vec4(0.0);
        float more = flux - before.y;
        stages[at] = vec4(sums.x + weight * more, more, sums.z + weight * (makes - before.z), 0.0);
#else
        exchanged[at] = vec4(surfaceOfTag, flux, makes, 0.0);
#endif
#if CARRIERS > 0
        for (int i = 0; i < CARRIERS; i++) {
            float change = bound[i] * surfaceOfTag - lost[i] * held[i];
            for (int k = 0; k < CARRIERS; k++) change += moved[i * CARRIERS + k] * held[k];
            if (tag == own) change += formed[i];
            if (tag == 0) change += filled[i];
            int k = i * tags * count + at;
#ifdef STAGE
            float now = carried[planes.y + k];
            float next = mu * d[i] + share * now + scale * (change - now);
            if (nu != 0.0) next += nu * carried[planes.w + k];
            if (last != 0.0) next += carried[planes.x + k];
            carried[planes.w + k] = next;
#else
            carried[planes.y + k] = change;
            if (euler != 0.0) carried[planes.x + k] += euler * change;
#endif
        }
#endif
#endif
    }
}
