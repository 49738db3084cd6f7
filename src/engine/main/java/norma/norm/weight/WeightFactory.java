package norma.norm.weight;

import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Weight;
import norma.norm.Factory;

/// Makes weights from those of layers, all by the same method.
@FunctionalInterface
public interface WeightFactory extends Factory<Layer> {

    /// W from a layer's weight.
    Weight create(Init init, Weight raw);

    /// A square linear layer with such a weight.
    @Override
    default Layer create(Init init, int dim) {
        Linear plain = Linear.of(init, dim, dim, 1 / Math.sqrt(dim));
        return plain.with(create(init, plain.weight()));
    }
}
