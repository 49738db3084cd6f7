package norma.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.DistanceBias;
import norma.nn.Dropout;
import norma.nn.Layer;
import norma.nn.LayerSource;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.placement.PlacementContext;
import norma.placement.Residual;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A stack of blocks (Vaswani et al. 2017, arXiv 1706.03762), between embeddings and head of every model here.
///
/// Shapes: x and y (B, T, D).
///
/// @param entry from the embeddings to the residual stream
/// @param blocks in order; those that share their parameters are one block in several places
/// @param exit from the stream to what a head reads; often the final norm
public record Transformer(Layer entry, List<Residual> blocks, Layer exit) implements Layer {

    /// Copies the list.
    public Transformer {
        blocks = List.copyOf(blocks);
    }

    /// A stack whose layers come from a source.
    ///
    /// @param source of the model: blocks are `blocks.0`, `blocks.1` ... in it
    public static Transformer of(TransformerConfig c, LayerSource source) {
        NormFactory norm = c.norm().ofOneModel();
        var dropout = new Dropout(c.dropout());
        var blocks = new ArrayList<Residual>();
        List<Optional<DistanceBias>> distances =
                c.attention().stream().map(choice -> choice.distances(source.at("distances"), c.std())).toList();
        for (int i = 0; i < c.layers(); i++) {
            if (i % c.sharing() > 0) {
                blocks.add(blocks.getLast());
                continue;
            }
            LayerSource ofBlock = source.at("blocks." + i / c.sharing());
            var place = new PlacementContext(ofBlock, c.dim(), norm, dropout, i + 1, c.layers());
            int turn = i % c.attention().size();
            blocks.add(block(c, c.attention().get(turn), distances.get(turn), place));
        }
        PlacementContext model = place(c, source, norm);
        return new Transformer(c.placement().entry(model), blocks, c.placement().exit(model));
    }

    /// The place outside of the blocks.
    static PlacementContext place(TransformerConfig c, LayerSource source, NormFactory norm) {
        return new PlacementContext(source, c.dim(), norm, new Dropout(c.dropout()), 0, c.layers());
    }

    private static Residual block(TransformerConfig c, SelfAttention choice, Optional<DistanceBias> distances,
            PlacementContext place) {
        double outStd = c.std() / Math.sqrt(2.0 * c.layers());
        Attention attention = choice.layer(place.source().at("attention"), c.dim(), c.std(), outStd, distances);
        Mlp mlp = c.feedForward().layer(place.source().at("mlp"), c.dim(), c.std(), outStd);
        place.source().ifNew(init -> c.placement().initialize(attention, mlp, init, c.layers()));
        return c.placement().block(attention, mlp, place);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return exit.forward(stream(x, context), context);
    }

    /// The residual stream behind the last block.
    public Tensor stream(Tensor x, Context context) {
        return stream(x, context, _ -> {});
    }

    /// The same.
    ///
    /// @param observer sees the stream before the first block and after each
    public Tensor stream(Tensor x, Context context, Consumer<Tensor> observer) {
        Tensor stream = entry.forward(x, context);
        observer.accept(stream);
        return through(stream, (block, y) -> {
            Tensor next = block.forward(y, context);
            observer.accept(next);
            return next;
        });
    }

    /// What [#forward(Tensor, Context)] computes, without a backward pass. The stream stands where x stood: each block has a tape of
    /// its own, so the next one uses the same buffers again.
    public Tensor forwardInPlace(Tensor x, Context context) {
        Tensor stream = through(entry.forward(x, context), (block, y) -> {
            try (Tape _ = Tape.inference()) {
                y.set(block.forward(y, context));
            }
            return y;
        });
        return exit.forward(stream, context);
    }

    /// Sets initial values that depend on data, before the first step of training.
    ///
    /// @param x embeddings of one batch
    public void prepare(Tensor x) {
        var variances = new Residual.Variances();
        through(entry.forward(x, Context.NONE), (block, y) -> block.prepare(y, variances));
    }

    /// How one block changes the stream.
    private interface Pass {
        Tensor run(Residual block, Tensor stream);
    }

    private Tensor through(Tensor stream, Pass pass) {
        Tensor x = stream;
        for (Residual block : blocks) {
            x = pass.run(block, x);
        }
        return x;
    }

    /// The same parameters around other norms in the blocks.
    ///
    /// @param other for each norm, in the order of computation, the one that takes its place
    public Transformer withNorms(UnaryOperator<Norm> other) {
        return new Transformer(entry, blocks.stream().map(block -> block.withNorms(other)).toList(), exit);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("entry", entry).add("blocks", blocks).add("finalNorm", exit);
    }
}
