/// Softmax over rows, alone and in one with cross entropy. Both take the maximum of the next row while the exponentials of this one
/// are computed. The gradient of cross entropy is written while its row is in cache.
package norma.kernel.simd.softmax;
