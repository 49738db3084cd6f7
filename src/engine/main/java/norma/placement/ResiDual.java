package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Attention;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// Two streams, one post-norm and one that is never normalized on the way (ResiDual; Xie et al. 2023, arXiv 2304.14802):
///
///     x_{i+1} = N_i(x_i + f_i(x_i))    d_{i+1} = d_i + f_i(x_i)    y = x_n + N(d_n)    x_0 = d_0 = x
///
/// The first keeps representations from collapsing, the second gradients from vanishing. Between entry and exit both are side
/// by side on the last axis: the stream is (B, T, 2 D), x before d.
public record ResiDual() implements Placement {
    @Override
    public Block block(Attention attention, Mlp mlp, PlacementContext place) {
        return new Block(around(attention, place.at("attention")), around(mlp, place.at("mlp")));
    }

    /// One sublayer, added to both streams.
    public Residual around(Layer f, PlacementContext place) {
        return new OnBoth(f, place.norm("norm"), place.dropout());
    }

    @Override
    public Layer entry(PlacementContext model) {
        return new Split();
    }

    @Override
    public Layer exit(PlacementContext model) {
        return new Join(model.plain("finalNorm", model.dim()));
    }

    @Override
    public boolean unitEmbeddings() {
        return true;
    }

    private static Tensor post(Tensor streams) {
        return half(streams, 0);
    }

    private static Tensor dual(Tensor streams) {
        return half(streams, 1);
    }

    private static Tensor half(Tensor streams, int which) {
        int dim = streams.dim(-1) / 2;
        return streams.slice(-1, which * dim, (which + 1) * dim);
    }

    /// x_0 = d_0 = x
    record Split() implements Layer {
        @Override
        public Tensor forward(Tensor x, Context context) {
            return Tensor.concat(-1, x, x);
        }
    }

    /// One f, added to both streams.
    record OnBoth(Layer f, Norm norm, Dropout dropout) implements Residual {
        @Override
        public Tensor forward(Tensor streams, Context context) {
            Tensor x = post(streams);
            Tensor branch = dropout.forward(f.forward(x, context), context);
            return Tensor.concat(-1, norm.forward(x.add(branch), context), dual(streams).add(branch));
        }

        @Override
        public OnBoth withNorms(UnaryOperator<Norm> other) {
            return new OnBoth(f, other.apply(norm), dropout);
        }

        @Override
        public void register(ParameterTree tree) {
            tree.add("norm", norm).add("f", f);
        }
    }

    /// y = x_n + N(d_n)
    record Join(Norm norm) implements Layer {
        @Override
        public Tensor forward(Tensor streams, Context context) {
            return post(streams).add(norm.forward(dual(streams), context));
        }

        @Override
        public void register(ParameterTree tree) {
            norm.register(tree);
        }
    }
}
