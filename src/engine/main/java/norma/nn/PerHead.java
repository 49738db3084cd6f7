package norma.nn;

import norma.tensor.Tensor;

/// A layer on each of H equal runs of the last axis, its parameters shared by all of them: y[..., h, :] = f(x[..., h, :]).
///
/// @param layer f, on d features
/// @param heads H
public record PerHead(Layer layer, int heads) implements Layer {

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor split = x.reshape(x.shape().without(-1).append(heads, x.dim(-1) / heads));
        return layer.forward(split, context).reshape(x.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        layer.register(tree);
    }
}
