package norma.placement;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;

/// A factor on the skip or on a branch.
public sealed interface Factor {
    /// Leaves x as it is.
    Factor ONE = new Constant(1);

    /// A number.
    static Factor constant(double value) {
        return new Constant((float) value);
    }

    /// Learned factors, all the same at first.
    ///
    /// @param size D, or 1 for all features
    static Factor learned(double first, int size) {
        return new Learned(Init.constant((float) first, size));
    }

    /// The factor times x.
    Tensor times(Tensor x);

    /// Lists what is learned.
    void register(ParameterTree tree, String name);

    /// @param value 1 leaves x as it is
    record Constant(float value) implements Factor {
        @Override
        public Tensor times(Tensor x) {
            return value == 1 ? x : x.multiply(value);
        }

        @Override
        public void register(ParameterTree tree, String name) {
            // nothing is learned
        }
    }

    /// @param param (D) or (1)
    record Learned(Param param) implements Factor {
        @Override
        public Tensor times(Tensor x) {
            return x.multiply(param.value());
        }

        @Override
        public void register(ParameterTree tree, String name) {
            tree.add(name, param);
        }
    }
}
