package norma.tensor;

/// Products of vectors, in terms of those of matrices.
final class Products {

    private Products() {
    }

    /// (k)(k) to (), (k)(..., k, n) to (..., n), (..., m, k)(k) to (..., m), and matrices.
    static Tensor matmul(Tensor a, Tensor b) {
        boolean row = a.shape().rank() == 1, column = b.shape().rank() == 1;
        if (!row && !column) {
            return MatrixProduct.of(a, false, b, false);
        }
        if (a.shape().rank() == 0 || b.shape().rank() == 0 || a.dim(-1) != b.dim(column ? 0 : -2)) {
            throw new IllegalArgumentException(
                    "matmul: the last axis of a must be the last but one of b, or its only one; got a %s and b %s; multiply?"
                            .formatted(a.shape(), b.shape()));
        }
        Tensor c = MatrixProduct.of(row ? a.reshape(1, a.size()) : a, false, column ? b.reshape(b.size(), 1) : b,
                false);
        Tensor narrow = column ? Shaping.squeeze(c, -1) : c;
        return row ? Shaping.squeeze(narrow, column ? -1 : -2) : narrow;
    }

    static Tensor dot(Tensor a, Tensor b) {
        requireVectors("dot", a, b);
        if (a.size() != b.size()) {
            throw new IllegalArgumentException(
                    "dot: vectors must be of one length; got %s and %s".formatted(a.shape(), b.shape()));
        }
        return matmul(a, b);
    }

    static Tensor outer(Tensor a, Tensor b) {
        requireVectors("outer", a, b);
        return a.reshape(a.size(), 1).multiply(b);
    }

    private static void requireVectors(String who, Tensor a, Tensor b) {
        if (a.shape().rank() != 1 || b.shape().rank() != 1) {
            throw new IllegalArgumentException("%s: both must be vectors; got %s and %s; matmul or einsum?"
                    .formatted(who, a.shape(), b.shape()));
        }
    }
}
