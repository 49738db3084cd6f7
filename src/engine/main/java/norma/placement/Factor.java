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
        return new Learned(Init.constant((float) first, size), false);
    }

    /// Learned factors that [#prepare] sets to the root of the variance that the stream should have: those of Admin.
    ///
    /// @param size D, or 1 for all features
    static Factor balanced(int size) {
        return new Learned(Init.constant(1, size), true);
    }

    /// Sets initial values that depend on the branches before this one.
    default void prepare(Residual.Variances variances) {
        // most factors start with a number
    }

    /// The factor times x.
    Tensor times(Tensor x);

    /// Registers what is learned.
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
    /// @param balanced whether [#prepare] sets it
    record Learned(Param param, boolean balanced) implements Factor {
        @Override
        public void prepare(Residual.Variances variances) {
            if (balanced) {
                param.value().fill((float) Math.sqrt(variances.sum()));
            }
        }

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
