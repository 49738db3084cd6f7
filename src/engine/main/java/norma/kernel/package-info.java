/// The values that kernels and the rest of the engine share: where floats lie (`Floats`, `Matrix`, `Planes`), how a window slides
/// over an image, which function follows a product. They are the part of the kernels that a user meets in signatures. Nothing
/// here computes on a tensor.
package norma.kernel;
