package norma.norm.weight;

import norma.nn.ParameterTree;
import norma.nn.Reparametrization;
import norma.nn.Weight;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// W is the orthogonal matrix next to V: all its singular values are 1, so that the layer keeps the lengths of vectors, or
/// where it has fewer outputs than inputs, of gradients (Björck & Bowie 1971; in networks Anil, Lucas & Grosse 2018, arXiv
/// 1811.05381). By Newton's iteration, from W = V / ||V||,
///
///     W = 3/2 W - 1/2 W W^T W
///
/// which lets each singular value s go to (3 s - s^3) / 2. Small ones need log_1.5(1 / s) iterations more than the last few.
///
/// Shapes: V and W (O, ...), seen as a matrix of O rows. A weight of zeros gives NaN.
///
/// @param raw V
/// @param iterations how many
public record Orthogonal(Weight raw, int iterations) implements Reparametrization {
    /// Iterations if no other number is given: enough for singular values from 1 % of the length of V on.
    public static final int ITERATIONS = 15;

    /// Checks the number.
    public Orthogonal {
        if (iterations < 1) {
            throw new IllegalArgumentException("Orthogonal: there must be at least one iteration; got " + iterations);
        }
    }

    /// With fifteen iterations.
    public static Orthogonal of(Weight raw) {
        return new Orthogonal(raw, ITERATIONS);
    }

    @Override
    public Tensor value() {
        Tensor v = raw.value(), rows = v.reshape(v.dim(0), v.size() / v.dim(0));
        boolean tall = rows.dim(0) > rows.dim(1);
        Tensor w = tall ? rows.transpose(0, 1) : rows;
        w = w.divide(w.square().sum().sqrt());
        for (int i = 0; i < iterations; i++) {
            w = w.multiply(1.5f).subtract(w.matmulTransposed(w).matmul(w).multiply(0.5f));
        }
        return (tall ? w.transpose(0, 1) : w).reshape(v.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("raw", raw);
    }

    public static WeightFactory factory(NormSpec spec) {
        int iterations = spec.integer("iterations", ITERATIONS);
        return (_, raw) -> new Orthogonal(raw, iterations);
    }
}
