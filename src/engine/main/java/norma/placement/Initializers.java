package norma.placement;

import java.util.function.IntToDoubleFunction;
import norma.nn.Attention;
import norma.nn.Init;
import norma.nn.Mlp;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;

/// Initial values that a placement asks for, instead of those that the model gives its sublayers.
@FunctionalInterface
public interface Initializers {
    /// Those of the model.
    Initializers UNCHANGED = (_, _, _, _) -> {
    };

    /// Fixup (Zhang, Dauphin & Ma 2019, arXiv 1901.09321): the last matrix of a branch starts at 0 and those before it smaller by
    /// B^(-1 / (2 m - 2)), so that a step changes the output of a network of any depth by the same: B branches, m = 2 matrices in
    /// each (queries and keys only choose what is read, and stay as they are).
    Initializers FIXUP = (attention, mlp, _, layers) -> {
        double factor = FixupBranch.factor(2, 2 * layers);
        scale(factor, attention, "value.weight");
        scale(0, attention, "output.weight");
        scale(factor, mlp, "up.weight");
        scale(0, mlp, "down.weight");
    };

    /// By Glorot's rule; matrices of values, output and feed-forward layer with a gain that depends on the number of blocks.
    static Initializers glorot(IntToDoubleFunction gain) {
        return (attention, mlp, init, layers) -> {
            double g = gain.applyAsDouble(layers);
            glorot(init.at("attention"), 1, attention, "query", "key");
            glorot(init.at("attention"), g, attention, "value", "output");
            glorot(init.at("mlp"), g, mlp, "up", "down");
        };
    }

    /// Sets the values of a block's sublayers.
    ///
    /// @param init of the block
    /// @param layers number of blocks
    void set(Attention attention, Mlp mlp, Init init, int layers);

    private static void scale(double factor, Parameterized f, String name) {
        Param weight = ParameterTree.of(f).params().get(name);
        weight.value().set(weight.value().detach().multiply((float) factor));
    }

    /// Draws matrices (out, in) anew, from N(0, gain^2 2 / (in + out)) (Glorot & Bengio 2010), whatever size the model gave them.
    private static void glorot(Init init, double gain, Parameterized f, String... layers) {
        var params = ParameterTree.of(f).params();
        for (String layer : layers) {
            Param weight = params.get(layer + ".weight");
            int out = weight.shape().dim(0), in = weight.shape().dim(1);
            double std = gain * Math.sqrt(2.0 / (in + out));
            // a new Init, since this takes the place of what was drawn under that name
            weight.value().set(new Init(init.at(layer).seed()).normal("weight", std, out, in).value());
        }
    }
}
