package norma.kernel;

/// The nonlinearities f of a feed-forward layer.
public enum Activation {
    /// f(x) = x
    IDENTITY,
    /// f(x) = max(x, 0)
    RELU,
    /// f(x) = x (1 + erf(x / sqrt 2)) / 2 (Hendrycks & Gimpel 2016, arXiv 1606.08415)
    GELU_ERF,
    /// f(x) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, its approximation from the same paper
    GELU_TANH,
    /// f(x) = x / (1 + exp(-x)), also called swish (Elfwing 2017, arXiv 1702.03118)
    SILU,
    /// f(x) = lambda x for x > 0, else lambda alpha (exp(x) - 1): keeps mean 0 and variance 1 through a deep network, if its
    /// weights allow it (Klambauer et al. 2017, arXiv 1706.02515)
    SELU
}
