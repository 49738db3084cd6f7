package norma.nn;

import java.util.Locale;
import java.util.function.UnaryOperator;
import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.contract.Functions;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The nonlinearities as layers without parameters, as operations of their own, and their definitions in tensor algebra.
///
/// ```java
/// Layer model = Sequential.of(first, Activations.relu(), second);
/// ```
public final class Activations {

    private Activations() {
    }

    // ---- Layers ----

    /// max(x, 0); the derivative is 0 at 0.
    public static Layer relu() {
        return of(Activation.RELU);
    }

    /// x (1 + erf(x / sqrt 2)) / 2; the approximation by tanh is `of(Activation.GELU_TANH)`.
    public static Layer gelu() {
        return of(Activation.GELU_ERF);
    }

    /// x sigmoid(x)
    public static Layer silu() {
        return of(Activation.SILU);
    }

    /// Hyperbolic tangent.
    public static Layer tanh() {
        return new Elementwise("tanh", Tensor::tanh);
    }

    /// 1 / (1 + exp(-x))
    public static Layer sigmoid() {
        return new Elementwise("sigmoid", Tensor::sigmoid);
    }

    /// x where x > 0, else slope x (Maas et al. 2013); 0.01 is a usual slope. The derivative is the slope at 0.
    public static Layer leakyRelu(double slope) {
        return new Elementwise("leakyRelu(" + slope + ")",
                x -> x.greater(Tensor.scalar(0)).where(x, x.multiply((float) slope)));
    }

    /// log(1 + exp x)
    public static Layer softplus() {
        return new Elementwise("softplus", Softplus::of);
    }

    /// Any of [Activation].
    public static Layer of(Activation f) {
        return new Elementwise(f.name().toLowerCase(Locale.ROOT), x -> apply(f, x));
    }

    /// y = f(x), of any shape.
    private record Elementwise(String name, UnaryOperator<Tensor> f) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return f.apply(x);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    // ---- Operations ----

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
