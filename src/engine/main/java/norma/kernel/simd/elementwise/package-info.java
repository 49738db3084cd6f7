/// Kernels that look at each element once: elementwise functions, sums and maxima along an axis, gather, dropout, the steps of
/// optimizers. Memory limits most of them. Each loop is a method of its own, so that C2 inlines all of it.
package norma.kernel.simd.elementwise;
