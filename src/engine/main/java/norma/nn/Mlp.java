package norma.nn;

import norma.kernel.Activation;
import norma.tensor.Tensor;

/// The feed-forward layer of a Transformer: y = W_2 m(h) + b_2 with h = f(W_1 x + b_1), or, gated,
/// h = f(W_g x + b_g) * (W_1 x + b_1) (SwiGLU when f is SiLU; Shazeer 2020, arXiv 2002.05202).
///
/// Shapes: x (..., D), h (..., F), y (..., D).
///
/// @param up W_1
/// @param gate W_g with f, or null
/// @param middle m, a norm over F or dropout, or null
/// @param down W_2
public record Mlp(Linear up, Linear gate, Layer middle, Linear down) implements Layer {

    /// D -> F -> D with f in between, weights of N(0, std^2), W_2 of N(0, outStd^2).
    public static Mlp of(LayerSource source, int dim, int hidden, Activation f, double std, double outStd) {
        return new Mlp(source.at("up").linear(dim, hidden, std).then(f), null, null,
                source.at("down").linear(hidden, dim, outStd));
    }

    /// D -> F -> D, gated by f.
    public static Mlp gated(LayerSource source, int dim, int hidden, Activation f, double std, double outStd) {
        return new Mlp(source.at("up").linear(dim, hidden, std), source.at("gate").linear(dim, hidden, std).then(f),
                null,
                source.at("down").linear(hidden, dim, outStd));
    }

    /// The same with a layer before W_2.
    public Mlp with(Layer before) {
        return new Mlp(up, gate, before, down);
    }

    /// F
    public int hidden() {
        return down.weight().shape().dim(1);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor h = up.forward(x, context);
        if (gate != null) {
            h = gate.forward(x, context).multiply(h);
        }
        if (middle != null) {
            h = middle.forward(h, context);
        }
        return down.forward(h, context);
    }

    @Override
    public void list(Parts parts) {
        parts.add("up", up).add("gate", gate).add("middle", middle).add("down", down);
    }
}
