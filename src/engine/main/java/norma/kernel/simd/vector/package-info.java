/// What all SIMD kernels share: the species of their vectors, functions of vectors, reductions of a row, transposition. Sums over
/// lanes are taken in a fixed order. Functions of vectors are short, since what C2 does not inline boxes its vectors.
package norma.kernel.simd.vector;
