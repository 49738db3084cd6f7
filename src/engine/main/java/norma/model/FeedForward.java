package norma.model;

import norma.kernel.Activation;
import norma.nn.LayerSource;
import norma.nn.Mlp;

/// The choice of a Transformer's feed-forward layer.
///
/// @param hidden F, features between its two matrices
/// @param activation between them
/// @param gated whether it is gated (SwiGLU with SILU)
public record FeedForward(int hidden, Activation activation, boolean gated) {

    /// W_2 f(W_1 x)
    public static FeedForward of(int hidden, Activation activation) {
        return new FeedForward(hidden, activation, false);
    }

    /// W_2 (f(W_g x) * W_1 x)
    public static FeedForward gated(int hidden, Activation activation) {
        return new FeedForward(hidden, activation, true);
    }

    /// With another F.
    public FeedForward withHidden(int hidden) {
        return new FeedForward(hidden, activation, gated);
    }

    Mlp layer(LayerSource source, int dim, double std, double outStd) {
        return gated ? Mlp.gated(source, dim, hidden, activation, std, outStd)
                : Mlp.of(source, dim, hidden, activation, std, outStd);
    }
}
