package norma.embeddings.huggingface;

import norma.kernel.Matrix;
import norma.nn.PackedWeight;
import norma.nn.Param;
import norma.nn.Weight;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What a model is loaded for.
public enum LoadMode {
    /// Its linear layers have parameters, which can learn.
    TRAINING {
        @Override
        public Weight weight(Matrix w) {
            return Param.weight(dense(w));
        }
    },
    /// Its linear layers have weights that are laid out once as the matrix kernels read them.
    INFERENCE {
        @Override
        public Weight weight(Matrix w) {
            return PackedWeight.of(w);
        }
    };

    /// The weight of a linear layer.
    ///
    /// @param w (out, in), of either stride
    public abstract Weight weight(Matrix w);

    private static Tensor dense(Matrix w) {
        return w.columnStride() == 1 ? Tensor.of(Shape.of(w.rows(), w.columns()), w.data())
                : Tensor.of(Shape.of(w.columns(), w.rows()), w.data()).transpose(0, 1);
    }
}
