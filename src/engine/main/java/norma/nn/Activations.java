package norma.nn;

import java.util.Locale;
import java.util.function.UnaryOperator;
import norma.kernel.Activation;
import norma.tensor.Tensor;

/// The nonlinearities as layers without parameters; as functions of a tensor they are methods of [Tensor], such as `x.relu()`.
///
/// ```java
/// Layer model = Sequential.of(first, Activations.relu(), second);
/// ```
public final class Activations {

    private Activations() {
    }

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
        return new Elementwise("leakyRelu(" + slope + ")", x -> x.leakyRelu((float) slope));
    }

    /// log(1 + exp x)
    public static Layer softplus() {
        return new Elementwise("softplus", Tensor::softplus);
    }

    /// Any of [Activation].
    public static Layer of(Activation f) {
        return new Elementwise(f.name().toLowerCase(Locale.ROOT), x -> x.activate(f));
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
}
