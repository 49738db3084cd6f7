package norma.tensor;

import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.contract.ElementwiseKernel.Unary;

/// y = f(x), element by element, with the table of derivatives.
record UnaryOp(Unary f, Tensor x, Tensor y) implements Op.OneInput {
    private static final float TWO_OVER_SQRT_PI = 1.1283791671f;

    static Tensor of(Unary f, Tensor x) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().unary(f, x.data(), y.data());
        return switch (f) {
            case SIGN, FLOOR, ROUND -> y;
            default -> Tape.record(new UnaryOp(f, x, y), y);
        };
    }

    @Override
    public Tensor dx(Tensor dy) {
        return switch (f) {
            case NEGATE -> dy.negate();
            case ABS -> dy.multiply(x.sign());
            case SIGN, FLOOR, ROUND -> null;
            case SQUARE -> dy.multiply(x).multiply(2);
            case SQRT -> dy.divide(y).multiply(0.5f);
            case RSQRT -> dy.multiply(y.square().multiply(y)).multiply(-0.5f);
            case RECIPROCAL -> dy.multiply(y.square()).negate();
            case EXP -> dy.multiply(y);
            case EXPM1 -> dy.multiply(y.add(1));
            case LOG -> dy.divide(x);
            case LOG1P -> dy.divide(x.add(1));
            case TANH -> dy.multiply(Affine.of(y.square(), -1, 1));
            case SIGMOID -> dy.multiply(y.multiply(Affine.of(y, -1, 1)));
            case SOFTPLUS -> dy.multiply(x.sigmoid());
            case ERF -> dy.multiply(x.square().negate().exp()).multiply(TWO_OVER_SQRT_PI);
            case SIN -> dy.multiply(x.cos());
            case COS -> dy.multiply(x.sin()).negate();
        };
    }

    @Override
    public String name() {
        return f.name().toLowerCase(Locale.ROOT);
    }
}
