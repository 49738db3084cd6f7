package norma.golden;

import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// The sublayer of all vectors that are about what stands around one: f(x) = tanh(A x + a).
///
/// @param a A and a
record TanhLayer(Linear a) implements Layer {
    @Override
    public Tensor forward(Tensor x, Context context) {
        return a.forward(x, context).tanh();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("a", a);
    }
}
