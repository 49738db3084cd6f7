package norma.nn;

import java.util.Optional;
import norma.kernel.Activation;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// The weight of a layer, in one of three forms: a parameter ([Param]), a function of a parameter ([Reparametrization]), or a
/// copy that is laid out for speed and no longer learns ([PackedWeight]).
///
/// Shapes: (out, in) for [Linear], (O, C / G, height, width) for [Conv2d].
public sealed interface Weight permits Param, Reparametrization, PackedWeight {

    /// The tensor. A reparametrization computes it at each call, so a forward pass asks once.
    Tensor value();

    /// The shape of the tensor, without computing it.
    Shape shape();

    /// f(x W^T + b), of x (..., in) to (..., out): what [Linear] computes.
    default Tensor linear(Tensor x, Optional<Param> b, Activation f) {
        return Linear.fused(x, value(), b.map(Param::value).orElse(null), f);
    }

    /// The weight as a parameter of its own, with the numbers it has now.
    Param materialized();
}
