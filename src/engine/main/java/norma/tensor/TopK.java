package norma.tensor;

/// The k largest elements along an axis, the largest first, and where they are.
///
/// @param values (..., k, ...); gradients flow to the elements they come from
/// @param indices in the same shape: index along the axis
public record TopK(Tensor values, Indices indices) {

    static TopK of(Tensor x, int k, int axis) {
        if (k < 0 || k > x.dim(axis)) {
            throw new IllegalArgumentException("topK: k must lie in [0, %d], the size of axis %d of %s; got %d"
                    .formatted(x.dim(axis), axis, x.shape(), k));
        }
        Indices indices = Ordering.argSort(x, axis, true, k);
        return new TopK(x.takeAlongAxis(indices, axis), indices);
    }
}
