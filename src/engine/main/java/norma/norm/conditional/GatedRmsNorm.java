package norma.norm.conditional;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Parts;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.GoldenCase;
import norma.norm.NormSpec;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// An RMS norm with a gate, at the end of a Mamba-2 block (Dao & Gu 2024, arXiv 2405.21060):
///
///     y = RMSNorm(x * silu(z)) or RMSNorm(x) * silu(z)
///
/// Shapes: x and z (..., D).
///
/// @param norm the RMS norm
/// @param normBeforeGate which of the two forms: the second if true
public record GatedRmsNorm(RmsNorm norm, boolean normBeforeGate) implements ConditionalNorm {

    /// For D features, gated before the norm, as in Mamba-2.
    public static GatedRmsNorm of(int dim) {
        return new GatedRmsNorm(RmsNorm.of(1e-5f, dim), false);
    }

    /// The gated norm.
    @Override
    public Tensor forward(Tensor x, Tensor gate) {
        Tensor open = gate.multiply(gate.sigmoid());
        return normBeforeGate ? norm.forward(x).multiply(open) : norm.forward(x.multiply(open));
    }

    @Override
    public Tensor example(Init init, Shape x) {
        return init.normal("condition", 1, x.toArray()).value().detach();
    }

    @Override
    public void list(Parts parts) {
        norm.list(parts);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        boolean normBeforeGate = spec.flag("norm_before_gate", false);
        return (_, dim) -> new GatedRmsNorm(of(dim).norm, normBeforeGate);
    }

    public static void golden(GoldenCase c) {
        Tensor x = c.input("x");
        Param gain = c.has("weight") ? c.gain("weight") : Init.constant(1, x.dim(-1));
        var norm = new RmsNorm(x.shape().slice(x.shape().rank() - 1, x.shape().rank()), gain, c.number("eps", 1e-5),
                RmsNorm.Form.GAIN);
        c.output("y", new GatedRmsNorm(norm, c.flag("norm_before_gate", false)).forward(x, c.input("gate")));
    }
}
