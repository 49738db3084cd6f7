package norma.norm.feature;

import java.util.ArrayList;
import java.util.Optional;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.nn.Rotary;
import norma.nn.Sequential;
import norma.tensor.Tensor;

/// The small pre-norm Transformer from which an adaptive norm reads gamma and beta:
/// `h += Wo MHA(RMSNorm(h)); h += W2 gelu(W1 RMSNorm(h))`, p times. Its inner norms are plain RMSNorms, never adaptive.
///
/// Shapes: (B, T, W) to (B, T, W).
///
/// @param layers p of them; none leaves h as it is
public record AdaptiveNetwork(Sequential layers) implements Layer {
    /// One layer of the network.
    ///
    /// @param attentionNorm before the attention
    /// @param attention multi-head attention of inner width r
    /// @param mlpNorm before the feed-forward layer
    /// @param mlp W -> F -> W
    public record Block(RmsNorm attentionNorm, Attention attention, RmsNorm mlpNorm, Mlp mlp) implements Layer {
        @Override
        public Tensor forward(Tensor h, Context context) {
            Tensor attended = h.add(attention.forward(attentionNorm.forward(h), context));
            return attended.add(mlp.forward(mlpNorm.forward(attended), context));
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("attentionNorm", attentionNorm).add("attention", attention).add("mlpNorm", mlpNorm).add("mlp",
                    mlp);
        }
    }

    /// A network without biases, matrices by Glorot's rule.
    static AdaptiveNetwork of(Init init, int width, int inner, int hidden, int heads, int depth, boolean causal,
            Optional<Rotary> rotary) {
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < depth; i++) {
            Init at = init.at("layers." + i);
            var attention = new Attention(linear(at.at("query"), inner, width), linear(at.at("key"), inner, width),
                    linear(at.at("value"), inner, width), linear(at.at("output"), width, inner), heads, heads,
                    causal, rotary, Optional.empty(), 0);
            var mlp = Mlp.of(linear(at.at("up"), hidden, width).then(Activation.GELU_ERF),
                    linear(at.at("down"), width, hidden));
            layers.add(new Block(RmsNorm.of(width), attention, RmsNorm.of(width), mlp));
        }
        return new AdaptiveNetwork(new Sequential(layers));
    }

    private static Linear linear(Init init, int out, int in) {
        return Linear.of(init.xavier("weight", 1, out, in));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return layers.forward(x, context);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("layers", layers);
    }
}
