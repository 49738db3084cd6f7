package norma.tensor;

import java.util.Locale;

/// What one operation leaves on the tape: a record whose components are exactly what its backward pass needs.
///
/// To define an operation: compute its value into `Tensor.empty(shape)`, then `return Tape.record(new MyOp(...), y)`.
/// The backward passes of the algebra are written in tensor algebra, so that they can be differentiated again;
/// an operation whose backward pass calls kernels implements [Fused].
public interface Op {

    /// The tensors for which `backward` gives gradients, in its order.
    Tensor[] inputs();

    /// Gradients of the inputs.
    ///
    /// @param dy gradient of the result, in its shape; it must not be written to
    /// @return a tensor of each input's shape; the place of an input that is not tracked ([Tensor#tracked()]) may stay empty
    Tensor[] backward(Tensor dy);

    /// How the operation is called in tables and errors: the words of its type in lower case, and for a type that is called `Fused`
    /// those of the type around it.
    default String name() {
        Class<?> type = getClass();
        if (type.getSimpleName().equals("Fused") && type.getEnclosingClass() != null) {
            type = type.getEnclosingClass();
        }
        return type.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    /// An operation by kernels of its own that is also defined in tensor algebra.
    interface Fused extends Op {

        /// The same value in tensor algebra: the definition, the test's oracle, and the way to higher derivatives.
        Tensor definition();
    }

    /// An operation on one tensor.
    interface OneInput extends Op {

        /// The input.
        Tensor x();

        /// Gradient of the input.
        ///
        /// @param dy gradient of the result, in its shape; it must not be written to
        Tensor dx(Tensor dy);

        @Override
        default Tensor[] inputs() {
            return new Tensor[] {x()};
        }

        @Override
        default Tensor[] backward(Tensor dy) {
            return new Tensor[] {dx(dy)};
        }
    }
}
