// The right-hand side of a linear system, in two parts: what is held, and what hardly changes, keeps its density.
layout(r32f) uniform FIELD source;    // the first
layout(r32f) uniform FIELD sourceLow; // what that rounds off

void setSource(ivec3 v, double value) {
    float high = float(value);
    store(source, v, high);
    store(sourceLow, v, float(value - double(high)));
}

double sourceAt(ivec3 v) {
    return double(load(source, v)) + double(load(sourceLow, v));
}
