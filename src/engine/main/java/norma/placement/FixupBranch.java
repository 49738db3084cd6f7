package norma.placement;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import norma.kernel.Window;
import norma.nn.Context;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// A residual branch that needs no norm, since it begins as nothing and grows slowly (Zhang, Dauphin & Ma 2019, arXiv
/// 1901.09321):
///
///     y = x + scale * f_m(relu(... relu(f_1(x + a_1) + b_1) ...) + a_m) + c
///
/// With L branches in the network, the weights of f_1 ... f_(m-1) are initial values for ReLU times `L^(-1/(2 m - 2))`, so that a
/// step of gradient descent changes the whole network by as much as one branch would change alone; those of f_m are 0. scale is
/// 1 at first, and a, b and c, one number each, are 0. The last layer of the network should start with weights of 0 too.
///
/// (SkipInit, De & Smith 2020, arXiv 2002.10444, is a factor of 0 at first on any branch: the placement `skip_init`.)
///
/// Shapes: x and y alike.
///
/// @param layers f_1 ... f_m, without biases
/// @param before a_1 ... a_m, one number each
/// @param between b_1 ... b_(m-1), one number each
/// @param scale one number
/// @param after c, one number
public record FixupBranch(List<Layer> layers, List<Param> before, List<Param> between, Param scale, Param after)
        implements Layer {

    /// Checks that there are two layers or more, and copies the lists.
    public FixupBranch {
        if (layers.size() < 2 || before.size() != layers.size() || between.size() != layers.size() - 1) {
            throw new IllegalArgumentException(
                    "FixupBranch: a branch must have m layers, at least 2, with m biases before and m - 1 between; got %d, %d and %d"
                            .formatted(layers.size(), before.size(), between.size()));
        }
        layers = List.copyOf(layers);
        before = List.copyOf(before);
        between = List.copyOf(between);
    }

    /// A branch of linear layers of D features.
    ///
    /// @param depth m
    /// @param branches L
    public static FixupBranch linear(Init init, int dim, int depth, int branches) {
        double std = Math.sqrt(2.0 / dim) * factor(depth, branches);
        return of(depth, i -> Linear.of(init.at("layers." + i), dim, dim, i < depth - 1 ? std : 0).withoutBias());
    }

    /// A branch of convolutions 3 x 3 of C channels.
    ///
    /// @param depth m
    /// @param branches L
    public static FixupBranch conv2d(Init init, int channels, int depth, int branches) {
        float factor = (float) factor(depth, branches);
        return of(depth, i -> {
            Conv2d layer = Conv2d.of(init.at("layers." + i), channels, channels, Window.of(3).padding(1)).withoutBias();
            Tensor first = layer.weight().value().detach().multiply(i < depth - 1 ? factor : 0);
            return layer.with(Param.weight(first));
        });
    }

    private static FixupBranch of(int depth, IntFunction<Layer> layer) {
        return new FixupBranch(IntStream.range(0, depth).mapToObj(layer).toList(), zeros(depth), zeros(depth - 1),
                Init.constant(1, 1), Init.constant(0, 1));
    }

    private static List<Param> zeros(int count) {
        return IntStream.range(0, count).mapToObj(_ -> Init.constant(0, 1)).toList();
    }

    /// What all but the last of m layers start smaller by, with B branches: B^(-1 / (2 m - 2)).
    static double factor(int depth, int branches) {
        return Math.pow(branches, -1 / (2.0 * depth - 2));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor h = layers.getFirst().forward(x.add(before.getFirst().value()), context);
        for (int i = 1; i < layers.size(); i++) {
            h = h.add(between.get(i - 1).value()).relu();
            h = layers.get(i).forward(h.add(before.get(i).value()), context);
        }
        return x.add(h.multiply(scale.value()).add(after.value()));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("layers", layers);
        for (int i = 0; i < layers.size(); i++) {
            tree.add("before." + i, before.get(i));
        }
        for (int i = 0; i < between.size(); i++) {
            tree.add("between." + i, between.get(i));
        }
        tree.add("scale", scale).add("after", after);
    }
}
