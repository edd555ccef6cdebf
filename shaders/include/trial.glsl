// What a step's reductions say of a column or a row of columns. Mirrors engine.Trial.
struct Trial {
    float sum;     // of the candidate; in a mosaic, of R alpha times it
    float loss;    // in a mosaic, of alpha lambda times it; else 0
    float norm2;   // of its squares
    float defect2; // of the squares of its defect
    float least;
    float most;
    float decayed; // sum of the totals of stencils, which do not know how long the step is
};
