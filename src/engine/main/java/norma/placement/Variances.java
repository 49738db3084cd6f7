package norma.placement;

import norma.tensor.Tensor;

/// One, and the variances of what the branches of a new model have given so far.
public final class Variances {
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
