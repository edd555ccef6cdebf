// Follows a ray through a scene for every pixel. Mirrors render.tracer.
//   fog over ds:  opacity 1 - exp(-absorption ds), colour glow / absorption, of the mean haze of two samples
//   surface:      opacity 1 - (1 - a)^(1 / cos), where the density crosses a level
//   layers add up from the front: glow += clear * opacity * colour, clear *= 1 - opacity
//   fog before a ball is thinned to let through 0.75 of its light: glow *= (1 - least) / (1 - clear)
//   FIELDS  how many densities there are, 1 to 4
#define GROUP_X 8
#define GROUP_Y 8
#define GROUP_Z 1
#include "grid.glsl"
#include "scale.glsl"

uniform FIELD_SAMPLER density0; // in the substrate's unit
#if FIELDS > 1
uniform FIELD_SAMPLER density1;
#endif
#if FIELDS > 2
uniform FIELD_SAMPLER density2;
#endif
#if FIELDS > 3
uniform FIELD_SAMPLER density3;
#endif
layout(rgba8) writeonly uniform image2D pixels; // row 0 is the top
layout(rgba8) readonly uniform image2D plain;   // the picture so far, when smoothing
uniform int straight;  // 0: colours are written premultiplied by alpha; 1: not
uniform int smoothing; // 0: one ray for a pixel; 1: the mean of nine for those of plain at edges, the others as they are
uniform ivec2 origin;  // the pixels of this round: origin + i * pitch, of which there are so many
uniform ivec2 pitch;
uniform ivec2 count;
uniform ivec2 side;    // from a pixel to that after it of an earlier round, between which it is guessed; 0: every one is traced

struct Channel {
    float low;      // densities at the ends of the scale
    float high;
    float start;    // see position()
    float perRange;
    int logarithmic; // 0 or 1
    int fog;         // 0 or 1
};
struct Surface {
    vec3 colour;
    float opacity;
    float level; // density
    int field;
};
struct Cut {
    float at; // um
    int axis;
    int field;
};
struct Ball {
    vec3 centre;  // um
    float radius; // um
    vec3 colour;
};
layout(std430) readonly buffer Channels { Channel channels[]; };
layout(std430) readonly buffer Looks { vec4 looks[]; }; // colour and absorption, 1/um: 256 of each field
layout(std430) readonly buffer Surfaces { Surface surfaces[]; };
layout(std430) readonly buffer Cuts { Cut cuts[]; };
layout(std430) readonly buffer Balls { Ball balls[]; };
layout(std430) readonly buffer Starts { int starts[]; }; // of a tile in seen
layout(std430) readonly buffer Seen { int seen[]; };     // positions in balls
layout(std430) buffer Glimpses { uint glimpses[]; };     // three of each pixel; see keep()
uniform int surfaceCount;
uniform int cutCount;

uniform ivec2 extent;    // pixels to the right and down
uniform int first;       // group of pixels of this launch, counted along rows of groups of the round
uniform int tile;        // edge of a tile, pixels
uniform vec3 box;        // um, from the origin
uniform vec3 spacing;    // um
uniform vec3 right;      // unit vectors of the picture
uniform vec3 up;
uniform vec3 toward;     // and to the eye
uniform vec3 lamp;       // and to the light
uniform vec3 aim;        // what is in the middle of the picture, um
uniform float away;      // of the eye from there, um
uniform float perMicron; // pixels
uniform int perspective; // 0 or 1
uniform float stride;    // of samples along a ray, um

const float none = 3e38;
const float enough = 1.0 / 1024.0;

struct Ray { vec3 from; vec3 along; };
struct Sight { vec3 glow; float clear; float shells; uint met; };
struct Aim { Ray ray; float near; float far; uint end; bool solid; bool cell; vec3 colour; }; // fog lies between near and far, um
struct Glimpse { vec4 light; uint met; }; // what reaches the eye and what comes through, before what ends a ray
struct Node { float density[FIELDS]; vec4 haze; };

Ray rayAt(vec2 pixel) {
    vec2 middle = 0.5 * vec2(extent);
    vec3 across = (pixel.x - middle.x) / perMicron * right + (middle.y - pixel.y) / perMicron * up;
    vec3 eye = aim + away * toward;
    if (perspective == 0) return Ray(eye + across, -toward);
    return Ray(eye, normalize(across - away * toward));
}

void add(inout Sight s, vec3 colour, float opacity) {
    s.glow += s.clear * opacity * colour;
    s.clear *= 1.0 - opacity;
}

void lift(inout Sight s) {
    float least = 0.75 * s.shells;
    if (s.clear >= least) return;
    s.glow *= (1.0 - least) / (1.0 - s.clear);
    s.clear = least;
}

vec3 shade(vec3 colour, vec3 normal) {
    return min(vec3(1.0), (0.42 + 0.62 * max(0.0, dot(normal, lamp))) * colour);
}

float voxel(int field, ivec3 v) {
#if FIELDS > 1
    if (field == 1) return fetch(density1, v);
#endif
#if FIELDS > 2
    if (field == 2) return fetch(density2, v);
#endif
#if FIELDS > 3
    if (field == 3) return fetch(density3, v);
#endif
    return fetch(density0, v);
}

// A point in voxels from the centre of the first one.
vec3 place(vec3 p) { return p / spacing - 0.5; }

float densityAt(int field, vec3 at) {
    vec3 inBox = clamp(at, vec3(0.0), vec3(shape - 1));
    ivec3 low = min(ivec3(inBox), max(shape - 2, ivec3(0)));
    ivec3 high = min(low + 1, shape - 1);
    vec3 share = inBox - vec3(low);
    float c = mix(mix(mix(voxel(field, low), voxel(field, ivec3(high.x, low.yz)), share.x),
                      mix(voxel(field, ivec3(low.x, high.y, low.z)), voxel(field, ivec3(high.xy, low.z)), share.x), share.y),
                  mix(mix(voxel(field, ivec3(low.xy, high.z)), voxel(field, ivec3(high.x, low.y, high.z)), share.x),
                      mix(voxel(field, ivec3(low.x, high.yz)), voxel(field, high), share.x), share.y), share.z);
    if (!isMissing(c)) return c;
    return voxel(field, ivec3(mix(vec3(low), vec3(high), greaterThanEqual(share, vec3(0.5)))));
}

// Which entries of looks a density lies between, and its share of the way.
int entry(int field, float c, out float share) {
    Channel s = channels[field];
    float at = 255.0 * position(c, s.low, s.high, s.start, s.perRange, s.logarithmic != 0);
    int i = min(int(at), 254);
    share = at - float(i);
    return 256 * field + i;
}

vec3 colourOf(int field, float c) {
    float share;
    int i = entry(field, c, share);
    return mix(looks[i].rgb, looks[i + 1].rgb, share);
}

// What fog of a density adds to a ray: its colour times absorption, and that.
vec4 haze(int field, float c) {
    float share;
    int i = entry(field, c, share);
    vec4 low = looks[i], high = looks[i + 1];
    return mix(vec4(low.a * low.rgb, low.a), vec4(high.a * high.rgb, high.a), share);
}

vec2 span(Ray r) {
    float near = -none, far = none;
    for (int axis = 0; axis < 3; axis++) {
        if (r.along[axis] == 0.0) {
            if (r.from[axis] < 0.0 || r.from[axis] > box[axis]) return vec2(0.0);
            continue;
        }
        float a = -r.from[axis] / r.along[axis], b = (box[axis] - r.from[axis]) / r.along[axis];
        near = max(near, min(a, b));
        far = min(far, max(a, b));
    }
    return vec2(near, far);
}

float hit(Ball b, Ray r) {
    vec3 toCentre = b.centre - r.from;
    float nearest = dot(toCentre, r.along);
    vec3 aside = toCentre - nearest * r.along;
    float inside = b.radius * b.radius - dot(aside, aside);
    return inside < 0.0 || nearest <= 0.0 ? none : nearest - sqrt(inside);
}

// The first ball or slice on the ray and its colour, and which: slices count on from balls, -1 is none.
float solid(inout Aim a, vec2 pixel, out int which) {
    float end = none;
    Ray r = a.ray;
    which = -1;
    int t = int(pixel.x) / tile + (extent.x + tile - 1) / tile * (int(pixel.y) / tile);
    for (int k = starts[t]; k < starts[t + 1]; k++) {
        float at = hit(balls[seen[k]], r);
        if (at < end) {
            end = at;
            which = seen[k];
        }
    }
    if (which >= 0) {
        Ball b = balls[which];
        a.cell = true;
        a.colour = shade(b.colour, (r.from + end * r.along - b.centre) / b.radius);
    }
    for (int i = 0; i < cutCount; i++) {
        Cut s = cuts[i];
        if (r.along[s.axis] == 0.0) continue;
        float at = (s.at - r.from[s.axis]) / r.along[s.axis];
        if (at < a.near || at > a.far || at >= end) continue;
        float c = densityAt(s.field, place(r.from + at * r.along));
        if (!isMissing(c)) {
            end = at;
            which = balls.length() + i;
            a.cell = false;
            a.colour = colourOf(s.field, c);
        }
    }
    return end;
}

// What a ray meets, besides surfaces: 2 k + 1 where it crosses the box before what ends it, 2 k where not.
const uint endMask = 0xffffffu;

Aim aimAt(vec2 pixel) {
    Aim a;
    a.ray = rayAt(pixel);
    vec2 inBox = span(a.ray);
    a.near = inBox.x;
    a.far = inBox.y;
    a.cell = false;
    a.colour = vec3(0.0);
    int which;
    float end = solid(a, pixel, which);
    a.solid = which >= 0;
    a.far = min(a.far, end);
    a.end = 2u * uint(which + 1) + (a.near < a.far ? 1u : 0u);
    return a;
}

Node node(vec3 p) {
    Node n;
    n.haze = vec4(0.0);
    vec3 at = place(p);
    for (int i = 0; i < FIELDS; i++) {
        n.density[i] = densityAt(i, at);
        if (channels[i].fog != 0 && !isMissing(n.density[i])) n.haze += haze(i, n.density[i]);
    }
    return n;
}

// The first surface beyond a share of the way from one sample to the next; -1 if there is none.
int crossing(Node last, Node next, float passed, out float share) {
    int surface = -1;
    share = 1.0;
    for (int i = 0; i < surfaceCount; i++) {
        Surface s = surfaces[i];
        float a = last.density[s.field], b = next.density[s.field];
        if (!(a < s.level && b >= s.level) && !(a >= s.level && b < s.level)) continue;
        float at = (s.level - a) / (b - a);
        if (at > passed && (surface < 0 || at < share)) {
            share = at;
            surface = i;
        }
    }
    return surface;
}

vec3 normalAt(int field, vec3 p, Ray r) {
    vec3 at = place(p), slope;
    for (int axis = 0; axis < 3; axis++) {
        vec3 one = vec3(0.0);
        one[axis] = 1.0;
        slope[axis] = (densityAt(field, at + one) - densityAt(field, at - one)) / spacing[axis];
    }
    float size = length(slope);
    if (!(size > 0.0 && size < none)) return -r.along;
    return slope / (dot(slope, r.along) > 0.0 ? -size : size);
}

// Where the ray crosses a surface between two samples, by false position from a first guess.
float refined(Ray r, float start, float ds, float share, Surface s, Node last, Node next) {
    float low = 0.0, high = 1.0, a = last.density[s.field] - s.level, b = next.density[s.field] - s.level;
    for (int i = 0; i < 3; i++) {
        float c = densityAt(s.field, place(r.from + (start + share * ds) * r.along)) - s.level;
        if (c == 0.0 || isMissing(c)) break;
        if ((c > 0.0) == (a > 0.0)) {
            low = share;
            a = c;
        } else {
            high = share;
            b = c;
        }
        share = low + (high - low) * a / (a - b);
    }
    return share;
}

void shell(inout Sight sight, Ray r, vec3 at, Surface s) {
    vec3 normal = normalAt(s.field, at, r);
    float clear = s.opacity < 1.0 ? pow(1.0 - s.opacity, 1.0 / max(-dot(normal, r.along), 0.2)) : 0.0;
    add(sight, shade(s.colour, normal), 1.0 - clear);
    sight.shells *= clear;
}

void between(inout Sight sight, Ray r, float start, float ds, Node last, Node next) {
    float absorption = 0.5 * (last.haze.a + next.haze.a);
    vec3 colour = absorption > 0.0 ? 0.5 * (last.haze.rgb + next.haze.rgb) / absorption : vec3(0.0);
    float from = 0.0, passed = -1.0, share;
    for (int i = crossing(last, next, passed, share); i >= 0; i = crossing(last, next, passed, share)) {
        passed = share;
        share = max(from, refined(r, start, ds, share, surfaces[i], last, next));
        add(sight, colour, 1.0 - exp(-absorption * (share - from) * ds));
        shell(sight, r, r.from + (start + share * ds) * r.along, surfaces[i]);
        sight.met = (sight.met & endMask) | ((sight.met >> 24) * 31u + uint(i) + 1u) << 24;
        from = share;
    }
    add(sight, colour, 1.0 - exp(-absorption * (1.0 - from) * ds));
}

void march(inout Sight sight, Ray r, float near, float far) {
    float n = ceil((far - near) / stride), ds = (far - near) / n;
    Node last = node(r.from + near * r.along);
    for (float i = 1.0; i <= n && sight.clear > enough; i += 1.0) {
        Node next = node(r.from + (near + i * ds) * r.along);
        between(sight, r, near + (i - 1.0) * ds, ds, last, next);
        last = next;
    }
}

// Fog and surfaces before what ends a ray.
Sight before(Aim a) {
    Sight sight = Sight(vec3(0.0), 1.0, 1.0, a.end);
    if (a.near < a.far) march(sight, a.ray, a.near, a.far);
    if (a.cell) lift(sight);
    return sight;
}

vec4 beyond(Aim a, vec4 light) { return vec4(light.rgb + (a.solid ? light.a * a.colour : vec3(0.0)), a.solid ? 1.0 : 1.0 - light.a); }

vec4 lightOf(Sight s) { return vec4(s.glow, s.clear); }

vec4 trace(vec2 pixel) {
    Aim a = aimAt(pixel);
    return beyond(a, lightOf(before(a)));
}

void keep(ivec2 pixel, Glimpse g) {
    int i = 3 * (pixel.x + extent.x * pixel.y);
    if (i + 2 >= glimpses.length()) return; // where every pixel is traced, nothing is kept
    glimpses[i] = packUnorm2x16(g.light.rg);
    glimpses[i + 1] = packUnorm2x16(g.light.ba);
    glimpses[i + 2] = g.met;
}

// What a pixel has seen; false beyond the picture.
bool kept(ivec2 pixel, out Glimpse g) {
    g = Glimpse(vec4(0.0), 0u);
    if (any(lessThan(pixel, ivec2(0))) || any(greaterThanEqual(pixel, extent))) return false;
    int i = 3 * (pixel.x + extent.x * pixel.y);
    g = Glimpse(vec4(unpackUnorm2x16(glimpses[i]), unpackUnorm2x16(glimpses[i + 1])), glimpses[i + 2]);
    return true;
}

const float bend = 0.125 / 255.0; // of what is guessed; half of it on surfaces

// What a pixel sees that meets an end, from those at its sides; false where they have met unlike things, or bend too much.
bool guessed(ivec2 pixel, uint end, out Glimpse guess) {
    Glimpse before, after, earlier, later;
    bool known = kept(pixel - side, before) && kept(pixel + side, after);
    guess = before;
    if (!known || before.met != after.met || (before.met & endMask) != end) return false;
    bool fore = kept(pixel - 3 * side, earlier) && earlier.met == before.met;
    bool aft = kept(pixel + 3 * side, later) && later.met == before.met;
    if (!fore && !aft) return false;
    vec4 a = before.light, b = after.light, off;
    if (fore && aft) off = (a + b - earlier.light - later.light) / 16.0;
    else if (fore) off = (2.0 * a - b - earlier.light) / 8.0;
    else off = (2.0 * b - a - later.light) / 8.0;
    guess.light = 0.5 * (a + b) + off;
    return all(lessThanEqual(abs(off), vec4(guess.met > endMask ? 0.5 * bend : bend)));
}

vec4 glance(ivec2 pixel) {
    Aim a = aimAt(vec2(pixel) + 0.5);
    Glimpse g;
    if (side == ivec2(0) || !guessed(pixel, a.end, g)) {
        Sight sight = before(a);
        g = Glimpse(lightOf(sight), sight.met);
    }
    keep(pixel, g);
    return beyond(a, g.light);
}

const float edge = 20.5 / 255.0; // between two levels

bool differs(vec4 here, ivec2 at) {
    if (any(lessThan(at, ivec2(0))) || any(greaterThanEqual(at, extent))) return false;
    return any(greaterThan(abs(imageLoad(plain, at) - here), vec4(edge)));
}

// The mean of nine rays through a pixel at an edge.
vec4 smoothed(ivec2 pixel) {
    vec4 here = imageLoad(plain, pixel);
    if (!differs(here, pixel + ivec2(1, 0)) && !differs(here, pixel - ivec2(1, 0)) &&
        !differs(here, pixel + ivec2(0, 1)) && !differs(here, pixel - ivec2(0, 1))) return here;
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 9; i++) sum += trace(vec2(pixel) + 0.5 + vec2(i % 3 - 1, i / 3 - 1) / 3.0);
    return sum / 9.0;
}

vec4 written(vec4 c) { return straight != 0 && c.a > 0.0 ? vec4(min(c.rgb / c.a, vec3(1.0)), c.a) : c; }

void main() {
    int across = (count.x + GROUP_X - 1) / GROUP_X, group = first + int(gl_WorkGroupID.x);
    ivec2 i = ivec2(GROUP_X, GROUP_Y) * ivec2(group % across, group / across) + ivec2(gl_LocalInvocationID.xy);
    if (any(greaterThanEqual(i, count))) return;
    ivec2 pixel = origin + pitch * i;
    imageStore(pixels, pixel, written(smoothing != 0 ? smoothed(pixel) : glance(pixel)));
}
