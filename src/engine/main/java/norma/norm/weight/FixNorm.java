package norma.norm.weight;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.norm.feature.LpNormalize;
import norma.tensor.Tensor;

/// W = g * v / ||v|| row by row, all rows of one length: on the output layer of a language model frequent words have no
/// advantage by the length of their embeddings (Nguyen & Chiang 2018, arXiv 1710.01329).
///
/// Shapes: v and W (V, D), g (1).
///
/// @param raw v
/// @param length g, learned or a buffer
public record FixNorm(Weight raw, Param length) implements Reparametrization {

    /// A learned length.
    public static FixNorm of(Weight raw, float length) {
        return new FixNorm(raw, Init.constant(length, 1));
    }

    @Override
    public Tensor value() {
        return LpNormalize.euclidean(raw.value(), length.value(), LpNormalize.EPS, false);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", raw).add("length", length);
    }

    public static WeightFactory factory(NormSpec spec) {
        float length = spec.number("length", 1);
        return (_, raw) -> of(raw, length);
    }
}
