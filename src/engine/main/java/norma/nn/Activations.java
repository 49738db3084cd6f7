package norma.nn;

import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.contract.Functions;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The nonlinearities as operations of their own, and their definitions in tensor algebra.
public final class Activations {

    private Activations() {
    }

    /// y = f(x), element by element.
    public static Tensor apply(Activation f, Tensor x) {
        if (f == Activation.IDENTITY) {
            return x;
        }
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().elementwise().activate(f, x.data(), y.data());
        return Tape.record(new Activate(f, x), y);
    }

    /// f(x) in tensor algebra; formulas at [Activation].
    static Tensor definition(Activation f, Tensor x) {
        return switch (f) {
            case IDENTITY -> x;
            // not a maximum, which would share the gradient at 0
            case RELU -> Tensor.scalar(0).greaterOrEqual(x).where(Tensor.scalar(0), x);
            case GELU_ERF -> x.multiply(x.multiply((float) Math.sqrt(0.5)).erf().add(1)).multiply(0.5f);
            case GELU_TANH -> {
                Tensor inner =
                        x.add(x.square().multiply(x).multiply(0.044715f)).multiply((float) Math.sqrt(2 / Math.PI));
                yield x.multiply(inner.tanh().add(1)).multiply(0.5f);
            }
            case SILU -> x.multiply(x.sigmoid());
            case SELU -> selu(x);
        };
    }

    /// exp(x) - 1 = 2 t / (1 - t) with t = tanh(x / 2), which does not cancel near 0
    private static Tensor selu(Tensor x) {
        Tensor above = x.greater(Tensor.scalar(0));
        Tensor t = above.where(Tensor.scalar(0), x).multiply(0.5f).tanh();
        Tensor below = t.divide(t.negate().add(1)).multiply((float) (2 * Functions.SELU_LAMBDA * Functions.SELU_ALPHA));
        return above.where(x.multiply((float) Functions.SELU_LAMBDA), below);
    }

    /// dx = dy f'(x)
    record Activate(Activation f, Tensor x) implements Op.Fused, Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape());
            Backend.kernels().elementwise().activateBackward(f, x.data(), dy.data(), dx.data());
            return dx;
        }

        @Override
        public Tensor definition() {
            return Activations.definition(f, x);
        }

        @Override
        public String name() {
            return f.name().toLowerCase(Locale.ROOT);
        }
    }
}
