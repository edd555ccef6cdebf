// Where a density lies on a scale of colours. Mirrors render.Scale.Position.

// Whether a density is not a number. Tested by its bits: compilers may take isnan for false.
bool isMissing(float c) {
    return (floatBitsToUint(c) & 0x7fffffffu) > 0x7f800000u;
}

// t = (c - start) * perRange          linear: start is the density at the low end
// t = (log2(c) - start) * perRange    logarithmic: start is its binary logarithm
float position(float c, float low, float high, float start, float perRange, bool logarithmic) {
    if (c <= low) return 0.0;
    if (c >= high) return 1.0;
    return clamp(((logarithmic ? log2(c) : c) - start) * perRange, 0.0, 1.0);
}
