/// Tensors, the algebra on them, and their derivatives. A [Tensor] is a dense array of floats with a [Shape]; while a [Tape] is
/// open, each operation ([Op]) on tracked tensors is recorded, and the tape computes gradients from what it has recorded.
/// [GradientCheck] tells whether the derivative of an operation is right.
package norma.tensor;
