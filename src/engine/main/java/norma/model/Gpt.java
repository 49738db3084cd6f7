package norma.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import norma.catalogue.Norms;
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
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.StatisticsAxes;
import norma.placement.Place;
import norma.placement.Placement;
import norma.placement.Placements;
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
/// @param entry in front of the first block, or null
/// @param blocks in order
/// @param finalNorm after the last block, or null
/// @param head output matrix (V, D), that of the embedding if tied
public record Gpt(GptConfig config, Embedding tokens, Embedding positions, Layer entry, List<Layer> blocks,
        Layer finalNorm, Layer head)
        implements Part {
    private static final double STD = 0.02;

    /// Refuses parts that look ahead: with one of them the loss would mean nothing.
    public Gpt {
        Parts.of(new Listing(entry, blocks, finalNorm)).parts().forEach((name, part) -> {
            if (!part.causal()) {
                throw new IllegalArgumentException(("Gpt: every part of a decoder must be causal; %s (%s) looks ahead; "
                        + "build it with causal = true").formatted(name, part.getClass().getSimpleName()));
            }
        });
    }

    /// Why a norm and a placement make no model together, or null if they do.
    ///
    /// @param norm as in the catalogue, with options
    /// @param placement as in the catalogue
    public static String refusal(String norm, String placement) {
        Norms.Entry entry = Norms.named(NormSpec.parse(norm, true).name());
        if (entry.on() != Norms.On.FEATURES) {
            return entry.name() + " " + entry.on().words();
        }
        if (entry.over() == StatisticsAxes.BATCH) {
            return entry.name()
                    + " takes statistics over all tokens of a batch, and a decoder must not see later ones; "
                    + "take a norm over features, such as rms_norm";
        }
        if (!Placements.named(placement).placement().takesNorm() && !entry.name().equals("identity")) {
            return placement + " has no place for a norm; leave it out, or say identity";
        }
        return null;
    }

    /// A new model.
    public static Gpt of(GptConfig c, long seed) {
        String refusal = refusal(c.norm(), c.placement());
        if (refusal != null) {
            throw new IllegalArgumentException("Gpt: %s in %s: %s".formatted(c.norm(), c.placement(), refusal));
        }
        return of(c, seed, Norms.factory(c.norm(), true));
    }

    /// A new model with norms of one's own, whatever the config's norm says.
    public static Gpt of(GptConfig c, long seed, NormFactory norm) {
        var init = new Init(seed);
        Placement placement = Placements.named(c.placement()).placement();
        var dropout = new Dropout(c.dropout());
        double std = std(c);
        float scale = c.unitEmbeddings() ? (float) Math.sqrt(c.dim()) : 1;
        Embedding tokens = Embedding.of(init.at("tokens"), c.vocabulary(), c.dim(), std, scale);
        Embedding positions = c.rotary() ? null : Embedding.of(init.at("positions"), c.context(), c.dim(), std, scale);
        var blocks = new ArrayList<Layer>();
        for (int i = 0; i < c.layers(); i++) {
            blocks.add(block(c, placement,
                    new Place(init.at("blocks." + i), c.dim(), norm, dropout, i + 1, c.layers())));
        }
        var place = new Place(init, c.dim(), norm, dropout, 0, c.layers());
        Linear output = c.tied() ? new Linear(tokens.table(), null, Activation.IDENTITY)
                : Linear.withoutBias(init.at("head"), c.dim(), c.vocabulary(), std);
        return new Gpt(c, tokens, positions, placement.entry(place), List.copyOf(blocks), placement.exit(place),
                placement.head(output, place));
    }

    private static double std(GptConfig c) {
        return c.unitEmbeddings() ? 1 / Math.sqrt(c.dim()) : STD;
    }

    private static Layer block(GptConfig c, Placement placement, Place place) {
        double std = std(c);
        double outStd = std / Math.sqrt(2.0 * c.layers());
        Init forMlp = place.init().at("mlp");
        var attention =
                Attention.of(place.init().at("attention"), c.dim(), c.heads(), true, c.rotary() ? Rotary.PAPER : null,
                        std, outStd);
        Mlp mlp = c.gated()
                ? Mlp.gated(forMlp, c.dim(), c.hidden(), c.activation(), std, outStd)
                : Mlp.of(forMlp, c.dim(), c.hidden(), c.activation(), std, outStd);
        return placement.block(attention, mlp, place);
    }

    /// Logits (B, T, V) of the next token at each position of ids (B, T).
    public Tensor logits(Indices ids, Context context) {
        return read(stream(ids, context, _ -> {}));
    }

    /// Lets the placement set first values that depend on data, before the first step of training.
    ///
    /// @param ids (B, T) to look at
    public void prepare(Indices ids) {
        Placements.named(config.placement()).placement().prepare(blocks, embedded(ids, 0));
    }

    /// The residual stream after the last block.
    ///
    /// @param observer sees the stream before the first block and after each
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
        Tensor x = embedded(ids, start);
        observer.accept(x);
        for (Layer block : blocks) {
            x = block.forward(x, context);
            observer.accept(x);
        }
        if (context.cache() != null) {
            context.cache().advance(time);
        }
        return x;
    }

    private Tensor embedded(Indices ids, int start) {
        Tensor x = tokens.forward(ids);
        if (positions != null) {
            x = x.add(positions.forward(range(start, ids.shape().dim(1))));
        }
        x = new Dropout(config.dropout()).forward(x);
        return entry == null ? x : entry.forward(x);
    }

    /// Logits from the stream.
    public Tensor read(Tensor stream) {
        return head.forward(finalNorm == null ? stream : finalNorm.forward(stream));
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
        parts.add("tokens", tokens).add("positions", positions).add("entry", entry).add("blocks", blocks)
                .add("finalNorm", finalNorm)
                .add("head", head);
    }

    /// The parts whose causality matters.
    private record Listing(Layer entry, List<Layer> blocks, Layer finalNorm) implements Part {
        @Override
        public void list(Parts parts) {
            parts.add("entry", entry).add("blocks", blocks).add("finalNorm", finalNorm);
        }
    }
}
