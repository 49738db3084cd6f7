/// Normalizations: over rows, over planes and groups of channels, over the channels of a position, and the pointwise functions that
/// stand in their place. Statistics are taken around a guess of the mean in one pass. What leaves the range of float is taken
/// again in double.
package norma.kernel.simd.norm;
