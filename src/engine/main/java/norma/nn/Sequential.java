package norma.nn;

import java.util.List;
import norma.tensor.Tensor;

/// Layers one after the other: y = f_n(... f_1(x)).
///
/// @param layers f_1 ... f_n
public record Sequential(List<Layer> layers) implements Layer {

    /// Copies the list.
    public Sequential {
        layers = List.copyOf(layers);
    }

    /// Layers in the order in which they are applied.
    public static Sequential of(Layer... layers) {
        return new Sequential(List.of(layers));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y, context);
        }
        return y;
    }

    @Override
    public void register(ParameterTree tree) {
        for (int i = 0; i < layers.size(); i++) {
            tree.add(Integer.toString(i), layers.get(i));
        }
    }
}
