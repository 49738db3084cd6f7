/// Convolution and pooling of images, without a matrix of patches. `PlaneLayout` lays out a part of an image with its padding so that
/// neighbouring outputs read neighbouring floats; `Correlation` and `WeightGradient` pass over it in tiles. The gradient of
/// the input is a correlation, too.
package norma.kernel.simd.convolution;
