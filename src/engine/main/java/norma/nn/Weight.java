package norma.nn;

import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The weight of a layer: a parameter, or what a part computes from one.
public sealed interface Weight permits Param, Reparametrization {

    /// The tensor. A reparametrization computes it at each call, so a forward pass asks once.
    Tensor value();

    /// The shape of the tensor, without computing it.
    Shape shape();

    /// The weight as a parameter of its own, with the numbers it has now.
    Param baked();
}
