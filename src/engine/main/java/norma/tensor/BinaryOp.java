package norma.tensor;

import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.contract.ElementwiseKernel.Binary;

/// y = f(a, b), element by element with broadcasting, with the table of derivatives.
record BinaryOp(Binary f, Tensor a, Tensor b, Tensor y) implements Op {

    static Tensor of(Binary f, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast(f.name().toLowerCase(Locale.ROOT), a.shape(), b.shape());
        Tensor y = Tensor.empty(shape);
        Backend.kernels().elementwise().binary(f, a.data(), b.data(), y.data(),
                Strides.broadcast(shape, a.shape(), b.shape()));
        return switch (f) {
            case EQUAL, GREATER, GREATER_OR_EQUAL -> y;
            default -> Tape.record(new BinaryOp(f, a, b, y), y);
        };
    }

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {a, b};
    }

    @Override
    public Tensor[] backward(Tensor dy) {
        return new Tensor[] {
                a.tracked() ? da(dy).reduceTo(a.shape()) : null,
                b.tracked() ? db(dy).reduceTo(b.shape()) : null};
    }

    private Tensor da(Tensor dy) {
        return switch (f) {
            case ADD, SUBTRACT -> dy;
            case MULTIPLY -> dy.multiply(b);
            case DIVIDE -> dy.divide(b);
            case POWER -> dy.multiply(b.multiply(a.power(b.subtract(1))));
            case MAXIMUM -> dy.multiply(share(a.greater(b)));
            case MINIMUM -> dy.multiply(share(b.greater(a)));
            case EQUAL, GREATER, GREATER_OR_EQUAL -> null;
        };
    }

    private Tensor db(Tensor dy) {
        return switch (f) {
            case ADD -> dy;
            case SUBTRACT -> dy.negate();
            case MULTIPLY -> dy.multiply(a);
            case DIVIDE -> dy.multiply(y.divide(b)).negate();
            case POWER -> dy.multiply(y.multiply(a.log()));
            case MAXIMUM -> dy.multiply(share(b.greater(a)));
            case MINIMUM -> dy.multiply(share(a.greater(b)));
            case EQUAL, GREATER, GREATER_OR_EQUAL -> null;
        };
    }

    /// 1 where an operand wins, 1/2 where both are equal.
    private Tensor share(Tensor wins) {
        return wins.add(a.equal(b).multiply(0.5f));
    }

    @Override
    public String name() {
        return f.name().toLowerCase(Locale.ROOT);
    }
}
