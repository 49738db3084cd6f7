package norma.tensor;

import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.contract.ElementwiseKernel.Binary;

/// y = f(a, b), element by element with broadcasting, with the table of derivatives.
record BinaryOp(Binary f, Tensor a, Tensor b, Tensor y) implements Op {

    static Tensor of(Binary f, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast(name(f), a.shape(), b.shape());
        Tensor y = Tensor.empty(shape);
        Backend.kernels().elementwise().binary(f, a.data(), b.data(), y.data(),
                Strides.broadcast(shape, a.shape(), b.shape()));
        return switch (f) {
            case EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> y;
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
            case POWER -> dy.multiply(b.multiply(a.power(exponent().subtract(1))));
            case ATAN2 -> dy.multiply(b.divide(a.square().add(b.square())));
            case MAXIMUM -> dy.multiply(share(a.greater(b)));
            case MINIMUM -> dy.multiply(share(b.greater(a)));
            case EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> null;
        };
    }

    private Tensor db(Tensor dy) {
        return switch (f) {
            case ADD -> dy;
            case SUBTRACT -> dy.negate();
            case MULTIPLY -> dy.multiply(a);
            case DIVIDE -> dy.multiply(y.divide(b)).negate();
            case POWER -> dy.multiply(y.multiply(base().log()));
            case ATAN2 -> dy.multiply(a.divide(a.square().add(b.square()))).negate();
            case MAXIMUM -> dy.multiply(share(b.greater(a)));
            case MINIMUM -> dy.multiply(share(a.greater(b)));
            case EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> null;
        };
    }

    /// b, but 1 where 0^0 stands: there b a^(b - 1) is 0, and not 0 times infinity.
    private Tensor exponent() {
        return a.equal(0).multiply(b.equal(0)).where(1, b);
    }

    /// a, but 1 where a power of 0 is 0 or 1 whatever the exponent: the logarithm is 0 there.
    private Tensor base() {
        return a.equal(0).multiply(b.greaterOrEqual(0)).where(1, a);
    }

    /// 1 where an operand wins, 1/2 where both are equal.
    private Tensor share(Tensor wins) {
        return wins.add(a.equal(b).multiply(0.5f));
    }

    @Override
    public String name() {
        return name(f);
    }

    private static String name(Binary f) {
        return f.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
