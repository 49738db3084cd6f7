package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.Dropout;
import norma.nn.Layer;
import norma.nn.Param;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// A residual branch with room for all that placements put around a sublayer f:
///
///     y = outer(skip * x + gain * dropout(after(f(scale * before(x)))))
///
/// What is null is not there. Shapes: x and y (B, T, D).
///
/// @param before norm in front of f
/// @param scale on what the norm gives
/// @param f the sublayer
/// @param after norm behind f, within the branch
/// @param dropout on the branch
/// @param gain learned factors on the branch: D, or one
/// @param alpha constant factor on the skip
/// @param skip learned factors on the skip, D
/// @param outer norm on the sum
record Branch(Norm before, float scale, Layer f, Norm after, Dropout dropout, Param gain, float alpha, Param skip,
        Norm outer)
        implements Layer {

    /// y = x + dropout(f(x))
    static Branch of(Layer f, Dropout dropout) {
        return new Branch(null, 1, f, null, dropout, null, 1, null, null);
    }

    Branch before(Norm norm) {
        return new Branch(norm, scale, f, after, dropout, gain, alpha, skip, outer);
    }

    Branch scaled(float scale) {
        return new Branch(before, scale, f, after, dropout, gain, alpha, skip, outer);
    }

    Branch after(Norm norm) {
        return new Branch(before, scale, f, norm, dropout, gain, alpha, skip, outer);
    }

    Branch gain(Param gain) {
        return new Branch(before, scale, f, after, dropout, gain, alpha, skip, outer);
    }

    Branch skip(float alpha) {
        return new Branch(before, scale, f, after, dropout, gain, alpha, skip, outer);
    }

    Branch skip(Param skip) {
        return new Branch(before, scale, f, after, dropout, gain, alpha, skip, outer);
    }

    Branch outer(Norm norm) {
        return new Branch(before, scale, f, after, dropout, gain, alpha, skip, norm);
    }

    Branch withNorms(UnaryOperator<Norm> other) {
        Norm first = before == null ? null : other.apply(before);
        Norm second = after == null ? null : other.apply(after);
        Norm last = outer == null ? null : other.apply(outer);
        return new Branch(first, scale, f, second, dropout, gain, alpha, skip, last);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor sum = skipped(x).add(branch(x, context));
        return outer == null ? sum : outer.forward(sum, context);
    }

    private Tensor skipped(Tensor x) {
        Tensor y = skip == null ? x : x.multiply(skip.value());
        return alpha == 1 ? y : y.multiply(alpha);
    }

    Tensor branch(Tensor x, Context context) {
        Tensor y = before == null ? x : before.forward(x, context);
        y = f.forward(scale == 1 ? y : y.multiply(scale), context);
        y = dropout.forward(after == null ? y : after.forward(y, context), context);
        return gain == null ? y : y.multiply(gain.value());
    }

    /// A branch has a norm in front or on the sum, not both: it is called `norm`.
    @Override
    public void list(Parts parts) {
        parts.add("norm", before).add("f", f).add("after", after).add("gain", gain).add("scale", skip);
        parts.add(before == null ? "norm" : "outer", outer);
    }
}
