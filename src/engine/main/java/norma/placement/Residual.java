package norma.placement;

import java.util.function.UnaryOperator;
import norma.nn.Context;
import norma.nn.Layer;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// A layer of the residual stream, (B, T, D) to (B, T, D): a sublayer with its skip, or a whole block.
public interface Residual extends Layer {

    /// The same parameters around other norms: how a trained model gets another normalization.
    ///
    /// @param other for each norm on the stream, in the order of computation, the one that takes its place
    Residual withNorms(UnaryOperator<Norm> other);

    /// One, plus the variances of what the branches of a new model have given so far.
    final class Variances {
        private double sum = 1;

        /// Before the first branch.
        public Variances() {
        }

        /// The sum.
        public double sum() {
            return sum;
        }

        void add(Tensor branch) {
            sum += branch.subtract(branch.mean()).square().mean().item();
        }
    }

    /// Sets initial values that depend on data, and computes what [#forward(Tensor)] then does.
    ///
    /// @param variances of the branches so far
    default Tensor prepare(Tensor x, Variances variances) {
        return forward(x, Context.NONE);
    }
}
