package norma.placement;

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
            weight.value().data().set(weight.value().detach().multiply((float) factor).data());
        }
    }
}
