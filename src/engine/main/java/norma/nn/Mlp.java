package norma.nn;

import java.util.Optional;
import norma.kernel.Activation;
import norma.tensor.Tensor;

/// The feed-forward layer of a Transformer: y = W_2 m(h) + b_2 with h = f(W_1 x + b_1), or, gated,
/// h = f(W_g x + b_g) * (W_1 x + b_1) (SwiGLU when f is SiLU; Shazeer 2020, arXiv 2002.05202).
///
/// Shapes: x (..., D), h (..., F), y (..., D).
///
/// @param up W_1
/// @param gate W_g with f
/// @param middle m: a norm over F, dropout, or [Identity]
/// @param down W_2
public record Mlp(Linear up, Optional<Linear> gate, Layer middle, Linear down) implements Layer {

    /// The layer without a gate; `up` has f.
    public static Mlp of(Linear up, Linear down) {
        return new Mlp(up, Optional.empty(), new Identity(), down);
    }

    /// D -> F -> D with f in between, weights of N(0, std^2), W_2 of N(0, outStd^2).
    public static Mlp of(LayerSource source, int dim, int hidden, Activation f, double std, double outStd) {
        return of(source.at("up").linear(dim, hidden, std).then(f), source.at("down").linear(hidden, dim, outStd));
    }

    /// D -> F -> D, gated by f, with weights as of [#of(LayerSource, int, int, Activation, double, double)].
    public static Mlp gated(LayerSource source, int dim, int hidden, Activation f, double std, double outStd) {
        return of(source, dim, hidden, Activation.IDENTITY, std, outStd)
                .withGate(source.at("gate").linear(dim, hidden, std).then(f));
    }

    /// The same with a gate, which has f; `up` should have none.
    public Mlp withGate(Linear gate) {
        return new Mlp(up, Optional.of(gate), middle, down);
    }

    /// The same with a layer before W_2.
    public Mlp withMiddle(Layer middle) {
        return new Mlp(up, gate, middle, down);
    }

    /// F
    public int hidden() {
        return down.weight().shape().dim(1);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor h = up.forward(x, context);
        Tensor gated = gate.isPresent() ? gate.get().forward(x, context).multiply(h) : h;
        return down.forward(middle.forward(gated, context), context);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("up", up);
        gate.ifPresent(g -> tree.add("gate", g));
        tree.add("middle", middle).add("down", down);
    }
}
