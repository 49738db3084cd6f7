package norma.norm.weight;

import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.norm.feature.LpNormalize;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// W = V / sigma, where sigma is the largest singular value of V: the layer stretches no vector by more than 1, as
/// far as sigma is known (Miyato et al. 2018, arXiv 1802.05957).
///
/// In training each use takes a step of the power method, v = V^T u / ||V^T u||, u = V v / ||V v||, and sigma = u^T V v,
/// which approaches it from below; elsewhere u and v stay as they are. No gradient flows through u and v: dV = dW / sigma - sum(dW V) /
/// sigma^2 u v^T.
///
/// Shapes: V and W (O, ...), seen as a matrix of O rows; u (O), v (the rest). A weight of zeros gives NaN.
///
/// @param raw V
/// @param u left singular vector
/// @param v right singular vector
/// @param iterations steps of the power method at each use in training
/// @param eps least length of a vector that is divided by its length
public record SpectralNorm(Weight raw, Param u, Param v, int iterations, float eps) implements Reparametrization {
    /// Least length if no other is given.
    public static final float EPS = 1e-12f;

    /// Steps of the power method before the first use, as in PyTorch.
    private static final int WARM_UP = 15;

    /// Checks the sizes.
    public SpectralNorm {
        int rows = raw.shape().dim(0), columns = raw.shape().size() / rows;
        if (u.value().size() != rows || v.value().size() != columns || iterations < 1) {
            throw new IllegalArgumentException(
                    "SpectralNorm: for a weight %s u must be (%d) and v (%d), with at least one iteration; got %s, %s and %d"
                            .formatted(raw.shape(), rows, columns, u.shape(), v.shape(), iterations));
        }
    }

    /// One step at each use, after a warm-up from a random u.
    public static SpectralNorm of(Init init, Weight raw) {
        int rows = raw.shape().dim(0);
        Param u = Param.buffer(init.normal("u", 1, rows).value().detach());
        Param v = Param.buffer(init.zeros(raw.shape().size() / rows).value().detach());
        var norm = new SpectralNorm(raw, u, v, 1, EPS);
        norm.iterate(matrix(raw.value()), WARM_UP);
        return norm;
    }

    @Override
    public Tensor value() {
        Tensor w = raw.value();
        if (w.shape().rank() == 1) {
            return ofVector(w, eps);
        }
        Tensor matrix = matrix(w);
        if (Tape.isTraining()) {
            iterate(matrix, iterations);
        }
        Tensor sigma = row(u).matmul(matrix).multiply(row(v)).sum();
        return w.divide(sigma);
    }

    /// The largest singular value of a vector is its length.
    private static Tensor ofVector(Tensor w, float eps) {
        return new LpNormalize(2, -1, eps).forward(w);
    }

    private static Tensor matrix(Tensor w) {
        return w.reshape(w.dim(0), w.size() / w.dim(0));
    }

    /// Steps of the power method, on rows instead of columns; without gradient.
    private void iterate(Tensor matrix, int steps) {
        Tensor constant = matrix.detach(), left = row(u), right = row(v);
        for (int i = 0; i < steps; i++) {
            right = unit(left.matmul(constant));
            left = unit(right.matmulTransposed(constant));
        }
        u.value().set(left);
        v.value().set(right);
    }

    private Tensor unit(Tensor row) {
        return new LpNormalize(2, -1, eps).forward(row);
    }

    /// A copy: the next use moves the buffer, and the backward pass of this one must not see it.
    private static Tensor row(Param buffer) {
        Tensor row = Tensor.empty(Shape.of(1, buffer.value().size()));
        row.set(buffer.value());
        return row;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", raw).add("u", u).add("v", v);
    }

    public static WeightFactory factory(NormSpec spec) {
        int iterations = spec.integer("iterations", 1);
        return (init, raw) -> {
            SpectralNorm norm = of(init, raw);
            return new SpectralNorm(raw, norm.u, norm.v, iterations, EPS);
        };
    }
}
