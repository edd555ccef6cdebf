// What tips give off for the cells they lie next to. Mirrors cpu's cohort.answer.
//   dipole (1 - beta)/(2 + beta) + quadrupole (2 - beta)/(3 + beta),  beta = hindrance sink
// Whoever includes it has Sinks, what cells of the group take up per density at their surface.
layout(std430) readonly buffer Echoes { uvec4 echoes[]; }; // place in sinks; bits of hindrance, dipole, quadrupole: engine.Echo

float echoOf(uvec4 bits) {
    vec3 e = uintBitsToFloat(bits.yzw);
    float beta = e.x > 0.0 ? e.x * sinks[bits.x] : 0.0;
    return e.y * (1.0 - beta) / (2.0 + beta) + e.z * (2.0 - beta) / (3.0 + beta);
}
