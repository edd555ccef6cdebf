// Package cpu is the solver in float64: the same equations as the kernels under
// shaders, as plain loops over rows of voxels shared out to goroutines. It is the
// oracle of every kernel and the device of machines without a GPU.
//
// Results do not depend on GOMAXPROCS: a row is computed by one goroutine, and
// sums go per row, then in the order of the rows.
package cpu
