package norma.nn;

import norma.tensor.Shape;
import norma.tensor.Tensor;

/// All axes but the first as one: x (N, ...) to (N, product of the others), a view. What stands between convolutions
/// and a linear layer.
public record Flatten() implements Layer {

    /// The layer.
    public static Flatten of() {
        return new Flatten();
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Shape shape = x.shape();
        if (shape.rank() < 1) {
            throw new IllegalArgumentException("Flatten: x must be (N, ...); got " + shape);
        }
        return x.reshape(shape.dim(0), shape.slice(1, shape.rank()).size());
    }
}
