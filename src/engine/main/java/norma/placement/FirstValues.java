package norma.placement;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.Part;
import norma.nn.Parts;

/// Changes of first values that a placement asks for.
final class FirstValues {
    private FirstValues() {
    }

    /// Multiplies parameters of a sublayer.
    static void scale(double factor, Part f, String... names) {
        var params = Parts.of(f).params();
        for (String name : names) {
            Param weight = params.get(name);
            weight.value().set(weight.value().detach().multiply((float) factor));
        }
    }

    /// Draws the matrices (out, in) of a sublayer's linear layers anew, from N(0, gain^2 2 / (in + out)) (Glorot & Bengio
    /// 2010), whatever size the model gave them.
    static void xavier(Init init, double gain, Part f, String... layers) {
        var params = Parts.of(f).params();
        for (String layer : layers) {
            Param weight = params.get(layer + ".weight");
            int out = weight.shape().dim(0), in = weight.shape().dim(1);
            double std = gain * Math.sqrt(2.0 / (in + out));
            weight.value().set(init.at(layer).normal("weight", std, out, in).value());
        }
    }
}
