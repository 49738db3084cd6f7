package norma.norm.weight;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// W = g * (v - mean(v)) / ||v - mean(v)||: the weights of an output have mean 0 and length g, so that a constant added to all
/// inputs changes nothing (Huang et al. 2017, arXiv 1710.02338).
///
/// Mean and length are taken over the axes along which g is repeated. Shapes: v and W (O, ...), g (O, 1, ...).
///
/// @param raw v
/// @param gain g, ones at first
public record CenteredWeightNorm(Weight raw, Param gain) implements Reparametrization {

    /// Checks that the gains can be repeated to the weight.
    public CenteredWeightNorm {
        WeightNorm.requireGains("CenteredWeightNorm", raw, gain);
    }

    /// Length 1 for each output at first.
    public static CenteredWeightNorm of(Weight raw) {
        return new CenteredWeightNorm(raw, Init.constant(1, WeightNorm.perOutput(raw.shape()).toArray()));
    }

    @Override
    public Tensor value() {
        Tensor v = raw.value();
        // the rounded mean first, as a constant, so that nothing of small deviations is lost to a large mean
        Tensor shifted = v.subtract(mean(v.detach()));
        return WeightNorm.scaled(shifted.subtract(mean(shifted)), gain.value(), 0);
    }

    private Tensor mean(Tensor v) {
        Shape gains = gain.shape();
        return v.reduceTo(gains).divide(v.size() / gains.size());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", raw).add("gain", gain);
    }

    public static WeightFactory factory(NormSpec spec) {
        return (_, raw) -> of(raw);
    }
}
