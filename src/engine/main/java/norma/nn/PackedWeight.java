package norma.nn;

import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel;
import norma.kernel.contract.MatmulKernel.Packed;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A weight that no longer learns, laid out once as the matrix kernels read it. Otherwise each product lays it out anew, which
/// for a few rows of x takes longer than the product. The results are the same, bit for bit.
///
/// It is no parameter: no state dictionary has it.
public final class PackedWeight implements Weight {
    private final Shape shape;
    private final Packed transposed;

    private PackedWeight(Matrix w) {
        shape = Shape.of(w.rows(), w.columns());
        transposed = Backend.kernels().matmul().pack(w.transpose());
    }

    /// Packs a weight; the floats may be forgotten afterwards.
    ///
    /// @param w W, (1, out, in), any strides
    public static PackedWeight of(Matrix w) {
        return new PackedWeight(w);
    }

    /// (out, in)
    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public Tensor linear(Tensor x, Tensor b, Activation f) {
        if (Tape.records(x) || b != null && Tape.records(b)) {
            return Weight.super.linear(x, b, f);
        }
        Linear.requireShapes(x, shape, b);
        Tensor y = Tensor.empty(x.shape().with(-1, shape.dim(0)));
        transposed.multiply(Linear.rows(x), Linear.rows(y),
                new MatmulKernel.Epilogue(false, b == null ? null : b.data(), null, f));
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
