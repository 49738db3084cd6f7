package norma.nn;

import norma.kernel.Activation;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The weight of a layer: a parameter, what a part computes from one, or one that was laid out for speed and no longer learns.
public sealed interface Weight permits Param, Reparametrization, PackedWeight {

    /// The tensor. A reparametrization computes it at each call, so a forward pass asks once.
    Tensor value();

    /// The shape of the tensor, without computing it.
    Shape shape();

    /// f(x W^T + b); `b` may be null.
    default Tensor linear(Tensor x, Tensor b, Activation f) {
        return Linear.linear(x, value(), b, f);
    }

    /// The weight as a parameter of its own, with the numbers it has now.
    Param baked();
}
