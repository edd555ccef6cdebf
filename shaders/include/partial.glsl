// Sums over a work group, in float64, as products of small residuals leave the range of float32; their order is fixed.
layout(std430) writeonly buffer Partials { dvec2 partials[]; }; // per group

shared dvec2 summed[GROUP];

void sumGroup(dvec2 term) {
    uint at = gl_LocalInvocationIndex;
    summed[at] = term;
    for (uint stride = GROUP / 2; stride > 0; stride /= 2) {
        memoryBarrierShared();
        barrier();
        if (at < stride) summed[at] += summed[at + stride];
    }
    uvec3 group = gl_WorkGroupID;
    uvec3 groups = gl_NumWorkGroups;
    if (at == 0) partials[group.x + groups.x * (group.y + groups.y * group.z)] = summed[0];
}
