package norma.nn;

import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A tensor that belongs to a layer: learned by the optimizer, or a buffer that the layer updates itself.
///
/// @param value a variable if it is learned; its floats live outside every tape
/// @param role what optimizers do with it
public record Param(Tensor value, Role role) implements Weight {

    /// How optimizers treat a parameter.
    public enum Role {
        /// Learned, with weight decay: matrices.
        WEIGHT,
        /// Learned, without weight decay: gains, biases.
        NO_DECAY,
        /// Not learned; saved with the rest.
        BUFFER
    }

    /// Marks what is learned, so that an optimizer notices when nobody lists it.
    public Param {
        if (role != Role.BUFFER) {
            value.markLearned();
        }
    }

    /// A learned matrix.
    public static Param weight(Tensor value) {
        return new Param(value.variable(), Role.WEIGHT);
    }

    /// A learned gain or bias.
    public static Param noDecay(Tensor value) {
        return new Param(value.variable(), Role.NO_DECAY);
    }

    /// A tensor that is saved but not learned.
    public static Param buffer(Tensor value) {
        return new Param(value, Role.BUFFER);
    }

    @Override
    public Shape shape() {
        return value.shape();
    }

    /// This parameter itself.
    @Override
    public Param materialized() {
        return this;
    }
}
