package norma.nn;

import norma.kernel.Activation;
import norma.tensor.Tensor;

/// A network that normalizes itself: after each layer, mean and variance over its features are drawn to 0 and 1 by the
/// nonlinearity alone (Klambauer et al. 2017, arXiv 1706.02515).
///
///     y = lambda x for x > 0, else lambda alpha (exp(x) - 1)        lambda = 1.0507, alpha = 1.6733
///
/// It needs weights of N(0, 1 / inputs) before it, see [#linear], and [AlphaDropout] in place of dropout.
///
/// Shapes: x and y alike, of any rank.
public record Selu() implements Layer {

    /// A linear layer with this nonlinearity whose outputs have mean 0 and variance 1 at first, if its inputs have: W of
    /// N(0, 1 / in) (LeCun et al. 1998), b of zeros.
    public static Linear linear(Init init, int in, int out) {
        return Linear.of(init, in, out, Math.sqrt(1.0 / in)).then(Activation.SELU);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return x.activate(Activation.SELU);
    }
}
