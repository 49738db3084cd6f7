package norma.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.CrossEntropy;
import norma.nn.Dropout;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Mlp;
import norma.nn.Part;
import norma.nn.Parts;
import norma.nn.Rotary;
import norma.norm.Norm;
import norma.norm.NormMaker;
import norma.norm.Norms;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A decoder-only Transformer (Radford et al. 2019, GPT-2) with any norm in any placement.
///
/// Shapes: ids (B, T), stream (B, T, D), logits (B, T, V).
///
/// Matrices start as N(0, s^2), those that write to the residual stream as N(0, s^2 / (2 layers)). s is GPT-2's 0.02, which
/// suits a width of 1 / 0.02^2 = 2500; with embeddings of unit variance it is 1 / sqrt(D), or the branches would begin as a
/// whisper beside them, and only placements that normalize their branches would learn at once.
///
/// @param config its choices
/// @param tokens embedding (V, D)
/// @param positions embedding (context, D), or null if rotary
/// @param blocks in order
/// @param finalNorm after the last block, or null
/// @param head output matrix (V, D), or null if tied to the embedding
public record Gpt(GptConfig config, Embedding tokens, Embedding positions, List<Block> blocks, Norm finalNorm,
        Linear head)
        implements Part {
    private static final double STD = 0.02;

    /// Refuses parts that look ahead: with one of them the loss would mean nothing.
    public Gpt {
        Parts.of(new Listing(blocks, finalNorm)).parts().forEach((name, part) -> {
            if (!part.causal()) {
                throw new IllegalArgumentException(("Gpt: every part of a decoder must be causal; %s (%s) looks ahead; "
                        + "build it with causal = true").formatted(name, part.getClass().getSimpleName()));
            }
        });
    }

    /// A new model.
    public static Gpt of(GptConfig c, long seed) {
        return of(c, seed, Norms.maker(c.norm(), true));
    }

    /// A new model with norms of one's own, whatever the config's norm says.
    public static Gpt of(GptConfig c, long seed, NormMaker norm) {
        var init = new Init(seed);
        Placement placement = Placement.named(c.placement());
        double std = std(c);
        float scale = c.unitEmbeddings() ? (float) Math.sqrt(c.dim()) : 1;
        Embedding tokens = Embedding.of(init.at("tokens"), c.vocabulary(), c.dim(), std, scale);
        Embedding positions = c.rotary() ? null : Embedding.of(init.at("positions"), c.context(), c.dim(), std, scale);
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < c.layers(); i++) {
            blocks.add(block(init.at("blocks." + i), c, placement, norm, i + 1));
        }
        Norm finalNorm = placement.finalNorm() ? norm.plain().make(init.at("finalNorm"), c.dim()) : null;
        Linear head = c.tied() ? null : Linear.withoutBias(init.at("head"), c.dim(), c.vocabulary(), std);
        return new Gpt(c, tokens, positions, List.copyOf(blocks), finalNorm, head);
    }

    private static double std(GptConfig c) {
        return c.unitEmbeddings() ? 1 / Math.sqrt(c.dim()) : STD;
    }

    private static Block block(Init init, GptConfig c, Placement placement, NormMaker norm, int layer) {
        double std = std(c);
        double outStd = std / Math.sqrt(2.0 * c.layers());
        Init forAttention = init.at("attention");
        Init forMlp = init.at("mlp");
        var attention =
                Attention.of(forAttention, c.dim(), c.heads(), true, c.rotary() ? Rotary.PAPER : null, std, outStd);
        Mlp mlp = c.gated()
                ? Mlp.gated(forMlp, c.dim(), c.hidden(), c.activation(), std, outStd)
                : Mlp.of(forMlp, c.dim(), c.hidden(), c.activation(), std, outStd);
        var dropout = new Dropout(c.dropout());
        return new Block(
                placement.aroundAttention(attention,
                        new Placement.Place(forAttention, c.dim(), norm, dropout, layer, c.layers())),
                placement.aroundMlp(mlp, new Placement.Place(forMlp, c.dim(), norm, dropout, layer, c.layers())));
    }

    /// Logits (B, T, V) of the next token at each position of ids (B, T).
    public Tensor logits(Indices ids, Context context) {
        return read(stream(ids, context, _ -> {}));
    }

    /// The residual stream after the last block.
    ///
    /// @param observer sees the stream after the embedding and after each block
    public Tensor stream(Indices ids, Context context, Consumer<Tensor> observer) {
        if (ids.shape().rank() != 2) {
            throw new IllegalArgumentException("Gpt: ids must be (B, T); got " + ids.shape());
        }
        int start = context.cache() == null ? 0 : context.cache().length();
        int time = ids.shape().dim(1);
        if (start + time > config.context()) {
            throw new IllegalArgumentException(
                    "Gpt: at most %d tokens; got %d".formatted(config.context(), start + time));
        }
        Tensor x = tokens.forward(ids);
        if (positions != null) {
            x = x.add(positions.forward(range(start, time)));
        }
        x = new Dropout(config.dropout()).forward(x);
        observer.accept(x);
        for (Block block : blocks) {
            x = block.forward(x, context);
            observer.accept(x);
        }
        if (context.cache() != null) {
            context.cache().advance(time);
        }
        return x;
    }

    /// Logits from the stream.
    public Tensor read(Tensor stream) {
        Tensor h = finalNorm == null ? stream : finalNorm.forward(stream);
        return head == null ? Linear.linear(h, tokens.table().value(), null, Activation.IDENTITY) : head.forward(h);
    }

    /// Mean cross entropy in nats of targets (B, T) after ids (B, T).
    public Tensor loss(Indices ids, Indices targets) {
        return CrossEntropy.loss(logits(ids, Context.NONE), targets);
    }

    private static Indices range(int start, int time) {
        int[] values = new int[time];
        for (int t = 0; t < time; t++) {
            values[t] = start + t;
        }
        return new Indices(values, Shape.of(time));
    }

    /// The parameters by name.
    public Map<String, norma.nn.Param> params() {
        return Parts.of(this).params();
    }

    @Override
    public void list(Parts parts) {
        parts.add("tokens", tokens).add("positions", positions).add("blocks", blocks).add("finalNorm", finalNorm)
                .add("head", head);
    }

    /// The parts whose causality matters.
    private record Listing(List<Block> blocks, Layer finalNorm) implements Part {
        @Override
        public void list(Parts parts) {
            parts.add("blocks", blocks).add("finalNorm", finalNorm);
        }
    }
}
