package norma.data;

import norma.tensor.Tensor;

/// Some examples: what a model reads, and what it is to say of each.
///
/// @param x what is read, its first axis one entry for each example: (B, ...)
/// @param y what is to be said, in the same order: classes as [norma.tensor.Indices] (B), or numbers as a [Tensor] (B, ...)
/// @param <Y> the kind of answers
public record Examples<Y>(Tensor x, Y y) {

    /// B, how many examples there are.
    public int count() {
        return x.dim(0);
    }
}
