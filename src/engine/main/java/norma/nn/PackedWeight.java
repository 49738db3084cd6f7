package norma.nn;

import java.util.Optional;
import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel;
import norma.kernel.contract.MatmulKernel.Packed;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A weight that no longer learns, laid out once in the order in which the matrix kernels read it. Otherwise each product lays
/// it out anew, which takes longer than the product itself if x has few rows. The results are the same, bit for bit.
///
/// It is not a parameter, so it stands in no state dictionary.
public final class PackedWeight implements Weight {
    private final Shape shape;
    private final Packed transposed;

    private PackedWeight(Matrix w) {
        shape = Shape.of(w.rows(), w.columns());
        transposed = Backend.kernels().matmul().pack(w.transpose());
    }

    /// Packs a weight, whose floats are not needed afterwards.
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
    public Tensor linear(Tensor x, Optional<Param> bias, Activation f) {
        Tensor b = bias.map(Param::value).orElse(null);
        if (Tape.records(x) || b != null && Tape.records(b)) {
            return Weight.super.linear(x, bias, f);
        }
        Linear.requireShapes(x, shape, b);
        Tensor y = Tensor.empty(x.shape().with(-1, shape.dim(0)));
        transposed.multiply(Linear.rows(x), Linear.rows(y),
                new MatmulKernel.Epilogue(false, b == null ? null : b.data(), null, f));
        return y;
    }

    /// W, unpacked anew at each call.
    @Override
    public Tensor value() {
        int in = shape.dim(1);
        return linear(Tensor.eye(in), Optional.empty(), Activation.IDENTITY).transpose(0, 1);
    }

    @Override
    public Param materialized() {
        return Param.weight(value().copy());
    }
}
