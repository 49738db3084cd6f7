package norma.tensor;

import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.contract.Functions;

/// y = f(x), element by element, by one kernel; dx = dy f'(x).
record Activate(Activation f, Tensor x) implements Op.Fused, Op.OneInput {

    static Tensor of(Activation f, Tensor x) {
        if (f == Activation.IDENTITY) {
            return x;
        }
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().activate(f, x.data(), y.data());
        return Tape.record(new Activate(f, x), y);
    }

    @Override
    public Tensor dx(Tensor dy) {
        Tensor dx = Tensor.empty(x.shape());
        Backend.kernels().elementwise().activateBackward(f, x.data(), dy.data(), dx.data());
        return dx;
    }

    /// f(x) in tensor algebra; formulas at [Activation].
    @Override
    public Tensor definition() {
        return switch (f) {
            case IDENTITY -> x;
            // not a maximum, which would share the gradient at 0
            case RELU -> x.lessOrEqual(0).where(0, x);
            case GELU_ERF -> x.multiply(x.multiply((float) Math.sqrt(0.5)).erf().add(1)).multiply(0.5f);
            case GELU_TANH -> {
                Tensor inner =
                        x.add(x.square().multiply(x).multiply(0.044715f)).multiply((float) Math.sqrt(2 / Math.PI));
                yield x.multiply(inner.tanh().add(1)).multiply(0.5f);
            }
            case SILU -> x.multiply(x.sigmoid());
            case SELU -> selu();
        };
    }

    private Tensor selu() {
        Tensor above = x.greater(0);
        Tensor below = above.where(0, x).expm1().multiply((float) (Functions.SELU_LAMBDA * Functions.SELU_ALPHA));
        return above.where(x.multiply((float) Functions.SELU_LAMBDA), below);
    }

    @Override
    public String name() {
        return f.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
