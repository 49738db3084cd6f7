package norma.embeddings.huggingface;

import norma.kernel.Matrix;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The weights of a pretrained model by the names that they have in a [norma.model.Bert]: `blocks.0.attention.query.weight`, (out, in),
/// and so on.
@FunctionalInterface
public interface Weights {

    /// A weight's numbers, row-major, in an array of their own. A weight is taken once.
    ///
    /// @throws IllegalArgumentException if there is none of that name and shape
    float[] take(String name, Shape shape);

    /// W (out, in) of a linear layer, as it lies in memory: some files have its transpose. A weight is taken once.
    ///
    /// @throws IllegalArgumentException if there is none of that name and shape
    default Matrix linear(String name, int out, int in) {
        return Matrix.of(Tensor.adopt(Shape.of(out, in), take(name, Shape.of(out, in))).data(), out, in);
    }
}
