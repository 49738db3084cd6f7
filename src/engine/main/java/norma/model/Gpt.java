package norma.model;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import norma.nn.Cache;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.LayerSource;
import norma.nn.Linear;
import norma.nn.Losses;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A decoder-only Transformer (Radford et al. 2019, GPT-2) with any norm in any placement.
///
/// Shapes: ids (B, T), stream (B, T, D), logits (B, T, V).
///
/// Matrices start as N(0, s^2), those that write to the residual stream as N(0, s^2 / (2 layers)). s is GPT-2's 0.02, which
/// suits a width of 1 / 0.02^2 = 2500; with embeddings of unit variance it is 1 / sqrt(D), or the branches would begin far
/// smaller than they, and only placements that normalize their branches would learn at once.
///
/// @param config its choices
/// @param tokens embedding (V, D)
/// @param positions embedding (context, D), unless they are rotary
/// @param transformer the blocks, causal all of them
/// @param head output matrix (V, D), that of the embedding if tied
public record Gpt(GptConfig config, Embedding tokens, Optional<Embedding> positions, Transformer transformer,
        Layer head)
        implements Parameterized {

    /// Refuses layers that look ahead: with one of them the loss would mean nothing.
    public Gpt {
        ParameterTree.of(transformer).parts().forEach((name, layer) -> {
            if (!layer.causal()) {
                throw new IllegalArgumentException(
                        ("Gpt: every layer of a decoder must be causal; %s (%s) looks ahead; "
                                + "build it with causal = true").formatted(name, layer.getClass().getSimpleName()));
            }
        });
    }

    /// A new model.
    public static Gpt of(GptConfig config, long seed) {
        return of(config, new Init(seed));
    }

    /// A model whose layers come from a source.
    public static Gpt of(GptConfig c, LayerSource source) {
        TransformerConfig t = c.transformer();
        float scale = c.unitEmbeddings() ? (float) Math.sqrt(t.dim()) : 1;
        Embedding tokens = source.at("tokens").embedding(c.vocabulary(), t.dim(), t.std(), scale);
        Optional<Embedding> positions = t.rotary().isPresent() ? Optional.empty()
                : Optional.of(source.at("positions").embedding(c.context(), t.dim(), t.std(), scale));
        Linear output = c.tied() ? Linear.of(tokens.table())
                : source.at("head").linearWithoutBias(t.dim(), c.vocabulary(), t.std());
        return new Gpt(c, tokens, positions, Transformer.of(t, source),
                t.placement().head(output, Transformer.place(t, source, t.norm())));
    }

    /// Logits (B, T, V) of the next token at each position of ids (B, T).
    public Tensor logits(Indices ids, Context context) {
        return logits(stream(ids, context, _ -> {}));
    }

    /// Lets the placement set initial values that depend on data, before the first step of training.
    ///
    /// @param ids (B, T) to look at
    public void prepare(Indices ids) {
        transformer.prepare(embedded(ids, 0));
    }

    /// The residual stream after the last block.
    ///
    /// @param observer sees the stream before the first block and after each
    public Tensor stream(Indices ids, Context context, Consumer<Tensor> observer) {
        if (ids.shape().rank() != 2) {
            throw new IllegalArgumentException("Gpt: ids must be (B, T); got " + ids.shape());
        }
        int start = context.cache().map(Cache::length).orElse(0);
        int time = ids.shape().dim(1);
        if (start + time > config.context()) {
            throw new IllegalArgumentException(
                    "Gpt: at most %d tokens; got %d".formatted(config.context(), start + time));
        }
        Tensor x = transformer.stream(embedded(ids, start), context, observer);
        context.cache().ifPresent(cache -> cache.advance(time));
        return x;
    }

    private Tensor embedded(Indices ids, int start) {
        Tensor x = tokens.forward(ids);
        if (positions.isPresent()) {
            x = x.add(positions.get().forward(range(start, ids.shape().dim(1))));
        }
        return new Dropout(config.transformer().dropout()).forward(x);
    }

    /// Logits from the stream.
    public Tensor logits(Tensor stream) {
        return head.forward(transformer.exit().forward(stream));
    }

    /// Mean cross entropy in nats of targets (B, T) after ids (B, T).
    public Tensor loss(Indices ids, Indices targets) {
        return Losses.crossEntropy(logits(ids, Context.NONE), targets);
    }

    private static Indices range(int start, int time) {
        int[] values = new int[time];
        for (int t = 0; t < time; t++) {
            values[t] = start + t;
        }
        return new Indices(values, Shape.of(time));
    }

    /// The parameters by name.
    public Map<String, Param> params() {
        return ParameterTree.of(this).params();
    }

    /// Entry, blocks and final norm of the stack stand beside the embeddings: `blocks.0.attention` ...
    @Override
    public void register(ParameterTree tree) {
        tree.add("tokens", tokens);
        positions.ifPresent(table -> tree.add("positions", table));
        transformer.register(tree);
        tree.add("head", head);
    }
}
