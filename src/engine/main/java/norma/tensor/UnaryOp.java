package norma.tensor;

import norma.backend.Backend;
import norma.kernel.contract.ElementwiseKernel.Unary;

/// y = f(x), element by element, with the table of derivatives.
record UnaryOp(Unary f, Tensor x, Tensor y) implements Op.OneInput {
    private static final float TWO_OVER_SQRT_PI = 1.1283791671f;

    static Tensor of(Unary f, Tensor x) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().unary(f, x.data(), y.data());
        return f == Unary.SIGN ? y : Tape.record(new UnaryOp(f, x, y), y);
    }

    @Override
    public Tensor dx(Tensor dy) {
        return switch (f) {
            case NEGATE -> dy.negate();
            case ABS -> dy.multiply(x.sign());
            case SIGN -> null;
            case SQUARE -> dy.multiply(x).multiply(2);
            case SQRT -> dy.divide(y).multiply(0.5f);
            case RECIPROCAL -> dy.multiply(y.square()).negate();
            case EXP -> dy.multiply(y);
            case LOG -> dy.divide(x);
            case TANH -> dy.multiply(Affine.of(y.square(), -1, 1));
            case SIGMOID -> dy.multiply(y.multiply(Affine.of(y, -1, 1)));
            case ERF -> dy.multiply(x.square().negate().exp()).multiply(TWO_OVER_SQRT_PI);
            case SIN -> dy.multiply(x.cos());
            case COS -> dy.multiply(x.sin()).negate();
        };
    }

    @Override
    public String name() {
        return f.name().toLowerCase(java.util.Locale.ROOT);
    }
}
