package norma.norm.weight;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// W = gamma V / sigma(V): a spectral norm with one learned factor, on all linear layers of a Transformer, whose attention then
/// keeps its entropy (Zhai et al. 2023, arXiv 2303.06296).
///
/// Shapes: V and W (O, ...), gamma (1).
///
/// @param raw V / sigma(V)
/// @param gamma one at first
public record SigmaReparam(SpectralNorm raw, Param gamma) implements Reparametrization {

    /// With largest singular value 1 at first.
    public static SigmaReparam of(Init init, Weight raw) {
        return new SigmaReparam(SpectralNorm.of(init, raw), Init.constant(1, 1));
    }

    @Override
    public Tensor value() {
        return raw.value().multiply(gamma.value());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", (Weight) raw).add("gamma", gamma);
    }

    public static WeightFactory factory(NormSpec spec) {
        return SigmaReparam::of;
    }
}
