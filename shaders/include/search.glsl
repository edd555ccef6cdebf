// What conjugate gradients carry from kernel to kernel. Mirrors multigrid.Solver.
layout(std430) buffer Search {
    double product;   // r z: residual times what the cycle made of it
    double curvature; // p A p
    double alpha;     // length of the step
    double beta;      // share of the direction before
    double square;    // of the residual over the diagonal
    double scale;     // the same of the sources
};
