package norma.norm.feature;

import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.PerHead;
import norma.nn.Sequential;
import norma.tensor.Tensor;

/// Queries and keys normalized for each head, which bounds the logits of the attention.
///
/// - by RMS, with a gain that all heads share, before rotary positions (Dehghani et al. 2023, ViT-22B, arXiv 2302.05442, and most
///   language models since);
/// - by length, with a learned temperature tau in place of 1 / sqrt(d) (Henry et al. 2020, arXiv 2010.04245).
public final class QkNorm {

    private QkNorm() {
    }

    /// The attention with a norm on each head of q and k.
    ///
    /// @param query on d features
    /// @param key on d features
    public static Attention on(Attention attention, Layer query, Layer key) {
        return attention.withInputs(Sequential.of(attention.query(), new PerHead(query, attention.heads())),
                Sequential.of(attention.key(), new PerHead(key, attention.groups())), attention.value());
    }

    /// With RMS norms, d features a head.
    public static Attention rms(Attention attention, int d) {
        return on(attention, RmsNorm.of(d), RmsNorm.of(d));
    }

    /// With unit length and a temperature.
    ///
    /// @param tau (1); Henry et al. start at log2(L^2 - L), L the 97.5th percentile of the lengths
    public static Attention l2(Attention attention, Param tau) {
        return on(attention, Sequential.of(LpNormalize.l2(), new Temperature(tau)), LpNormalize.l2());
    }

    /// log2(L^2 - L): the first temperature for sequences of length L.
    public static Param temperature(int length) {
        return Init.constant((float) (Math.log((double) length * length - length) / Math.log(2)), 1);
    }

    /// y = tau sqrt(d) x: the attention divides by sqrt(d).
    private record Temperature(Param tau) implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return x.multiply(tau.value().multiply((float) Math.sqrt(x.dim(-1))));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("tau", tau);
        }
    }
}
