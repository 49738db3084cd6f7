package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Identity;
import norma.nn.Layer;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// A residual branch with room for all that placements put around a sublayer f:
///
///     y = outer(skip * x + gain * dropout(after(f(scale * before(x)))))
///
/// Shapes: x and y (B, T, D). A norm that is not there is an [Identity].
///
/// @param before norm in front of f
/// @param scale on what the norm gives
/// @param f the sublayer
/// @param after norm behind f, within the branch
/// @param dropout on the branch
/// @param gain on the branch
/// @param skip on the skip
/// @param outer norm on the sum
public record Branch(Layer before, Factor scale, Layer f, Layer after, Dropout dropout, Factor gain, Factor skip,
        Layer outer) implements Residual {

    /// y = skip * x + dropout(after(f(before(x))))
    static Branch of(Layer before, Layer f, Layer after, Dropout dropout, Factor skip) {
        return new Branch(before, Factor.ONE, f, after, dropout, Factor.ONE, skip, new Identity());
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return outer.forward(skip.times(x).add(branch(x, context)), context);
    }

    private Tensor branch(Tensor x, Context context) {
        Tensor y = f.forward(scale.times(before.forward(x, context)), context);
        return gain.times(dropout.forward(after.forward(y, context), context));
    }

    @Override
    public Tensor prepare(Tensor x, Variances variances) {
        skip.prepare(variances);
        Tensor branch = branch(x, Context.NONE);
        variances.add(branch);
        return outer.forward(skip.times(x).add(branch), Context.NONE);
    }

    @Override
    public Branch withNorms(UnaryOperator<Norm> other) {
        return new Branch(replaced(before, other), scale, f, replaced(after, other), dropout, gain, skip,
                replaced(outer, other));
    }

    private static Layer replaced(Layer layer, UnaryOperator<Norm> other) {
        return layer instanceof Norm norm ? other.apply(norm) : layer;
    }

    /// A branch has a norm in front or on the sum, seldom both: it is called `norm`.
    @Override
    public void register(ParameterTree tree) {
        boolean inFront = !(before instanceof Identity);
        if (inFront) {
            tree.add("norm", before);
        }
        tree.add("f", f).add("after", after);
        gain.register(tree, "gain");
        skip.register(tree, "scale");
        tree.add(inFront ? "outer" : "norm", outer);
    }
}
