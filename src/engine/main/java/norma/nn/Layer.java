package norma.nn;

import norma.tensor.Tensor;

/// A part of a model that maps a tensor to a tensor.
public interface Layer extends Parameterized {

    /// The layer's value.
    ///
    /// @param x features on the last axis, usually (B, T, D)
    /// @param context what the sequence brings along; layers that look at one position at a time ignore it
    Tensor forward(Tensor x, Context context);

    /// The layer's value on whole sequences without padding.
    default Tensor forward(Tensor x) {
        return forward(x, Context.NONE);
    }
}
