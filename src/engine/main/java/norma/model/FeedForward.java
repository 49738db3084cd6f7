package norma.model;

import norma.kernel.Activation;
import norma.nn.LayerSource;
import norma.nn.Mlp;

/// The choice of a Transformer's feed-forward layer.
///
/// @param hidden F, features between its two matrices
/// @param activation between them
/// @param gated whether it is gated (SwiGLU with SILU)
/// @param bias whether its linear layers have biases
public record FeedForward(int hidden, Activation activation, boolean gated, boolean bias) {

    /// W_2 f(W_1 x)
    public static FeedForward of(int hidden, Activation activation) {
        return new FeedForward(hidden, activation, false, true);
    }

    /// W_2 (f(W_g x) * W_1 x)
    public static FeedForward gated(int hidden, Activation activation) {
        return new FeedForward(hidden, activation, true, true);
    }

    /// With another F.
    public FeedForward withHidden(int hidden) {
        return new FeedForward(hidden, activation, gated, bias);
    }

    /// With biases or without.
    public FeedForward withBias(boolean bias) {
        return new FeedForward(hidden, activation, gated, bias);
    }

    Mlp layer(LayerSource source, int dim, double std, double outStd) {
        var up = source.at("up").linear(dim, hidden, bias, std);
        var down = source.at("down").linear(hidden, dim, bias, outStd);
        return gated ? Mlp.of(up, down).withGate(source.at("gate").linear(dim, hidden, bias, std).then(activation))
                : Mlp.of(up.then(activation), down);
    }
}
