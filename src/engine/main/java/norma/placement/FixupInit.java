package norma.placement;

import norma.nn.Attention;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Mlp;

/// No norm, first values instead: y = x + c f(x), c one number, 1 at first (Fixup; Zhang, Dauphin & Ma 2019, arXiv 1901.09321).
/// The last matrix of a branch starts at 0 and those before it smaller by B^(-1 / (2 m - 2)), so that a step changes the output
/// of a network of any depth by the same: B branches, m = 2 matrices in each (queries and keys only choose what is read, and
/// stay as they are). Single biases, as in the paper, would add nothing to the biases that linear layers have. [FixupBranch] is
/// for residual networks of any layers.
public record FixupInit() implements Placement {
    private static final int MATRICES = 2;

    @Override
    public Layer around(Layer f, Place place) {
        return Branch.of(f, place.dropout()).gain(Init.constant(1, 1));
    }

    @Override
    public Layer aroundAttention(Attention f, Place place) {
        FirstValues.scale(factor(place), f, "value.weight");
        FirstValues.scale(0, f, "output.weight");
        return around(f, place);
    }

    @Override
    public Layer aroundMlp(Mlp f, Place place) {
        FirstValues.scale(factor(place), f, "up.weight");
        FirstValues.scale(0, f, "down.weight");
        return around(f, place);
    }

    private static double factor(Place place) {
        return FixupBranch.factor(MATRICES, 2 * place.layers());
    }

    @Override
    public Layer exit(Place model) {
        return null;
    }

    @Override
    public boolean takesNorm() {
        return false;
    }
}
