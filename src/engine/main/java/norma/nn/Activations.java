package norma.nn;

import norma.kernel.Activation;
import norma.tensor.Tensor;

/// The nonlinearities as functions of tensors.
public final class Activations {

    private Activations() {
    }

    /// y = f(x), element by element.
    public static Tensor apply(Activation f, Tensor x) {
        return x.activate(f);
    }
}
