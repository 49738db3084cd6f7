package norma.norm.conditional;

import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
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
        return new GatedRmsNorm(RmsNorm.of(dim).withEps(1e-5f), false);
    }

    /// The gated norm.
    @Override
    public Tensor forward(Tensor x, Tensor gate) {
        Tensor open = gate.multiply(gate.sigmoid());
        return normBeforeGate ? norm.forward(x).multiply(open) : norm.forward(x.multiply(open));
    }

    @Override
    public Shape conditionShape(Shape x) {
        return x;
    }

    @Override
    public void register(ParameterTree tree) {
        norm.register(tree);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        boolean normBeforeGate = spec.flag("norm_before_gate", false);
        return (_, dim) -> new GatedRmsNorm(of(dim).norm, normBeforeGate);
    }
}
