package norma.tensor;

import norma.backend.Backend;
import norma.kernel.contract.ElementwiseKernel.Binary;

/// y = min(max(x, low), high) with fixed bounds; dx = dy where low <= x <= high, the bounds included, else 0.
record Clip(Tensor x, float low, float high) implements Op.OneInput {

    static Tensor of(Tensor x, float low, float high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "clip: the lower bound must not exceed the upper one; got %s and %s".formatted(low, high));
        }
        Tensor y = Tensor.empty(x.shape());
        bound(Binary.MAXIMUM, x, low, y);
        bound(Binary.MINIMUM, y, high, y);
        return Tape.record(new Clip(x, low, high), y);
    }

    private static void bound(Binary f, Tensor x, float bound, Tensor y) {
        Backend.kernels().elementwise().binary(f, x.data(), Tensor.scalar(bound).data(), y.data(),
                Strides.broadcast(x.shape(), x.shape(), Shape.SCALAR));
    }

    @Override
    public Tensor dx(Tensor dy) {
        return dy.multiply(x.greaterOrEqual(low).multiply(x.lessOrEqual(high)));
    }
}
