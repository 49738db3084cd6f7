package norma.nn;

import norma.kernel.Activation;
import norma.kernel.Matmul;
import norma.kernel.Matmul.Packed;
import norma.kernel.Matrix;
import norma.tensor.Backend;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A weight that no longer learns, laid out once as the matrix kernels read it. Otherwise each product lays it out anew, which
/// for a few rows of x takes longer than the product. The results are the same, bit for bit.
///
/// It is no parameter: no state dictionary has it.
///
/// @param shape of W, (out, in)
/// @param transposed W^T, packed
public record PackedWeight(Shape shape, Packed transposed) implements Weight {

    /// Packs a weight; the floats may be forgotten afterwards.
    ///
    /// @param w W, (1, out, in), any strides
    public static PackedWeight of(Matrix w) {
        return new PackedWeight(Shape.of(w.rows(), w.columns()), Backend.kernels().matmul().pack(w.transpose()));
    }

    @Override
    public Tensor linear(Tensor x, Tensor b, Activation f) {
        if (Tape.records(x) || b != null && Tape.records(b)) {
            return Weight.super.linear(x, b, f);
        }
        Linear.requireShapes(x, shape, b);
        Tensor y = Tensor.empty(x.shape().with(-1, shape.dim(0)));
        transposed.multiply(Linear.rows(x), Linear.rows(y),
                new Matmul.Epilogue(false, b == null ? null : b.data(), null, f));
        return y;
    }

    /// W, which is made anew at each call.
    @Override
    public Tensor value() {
        int in = shape.dim(1);
        return linear(Tensor.identity(in), null, Activation.IDENTITY).transpose(0, 1);
    }

    @Override
    public Param baked() {
        return Param.weight(value().copy());
    }
}
