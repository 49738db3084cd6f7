package norma.optim;

import java.util.List;
import java.util.Map;
import norma.backend.Backend;
import norma.nn.Param;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Momentum, orthogonalized: all singular values of a step are about 1, so that no direction of a matrix learns much faster
/// than another (Jordan et al. 2024; Liu et al. 2025, arXiv 2502.16982; as steepest descent in the spectral norm: Bernstein
/// & Newhouse 2024, arXiv 2409.20325):
///
/// ```
/// velocity = momentum velocity + g
/// u = g + momentum velocity                                    Nesterov
/// w = w - rate (decay w + sqrt(max(1, rows / columns)) orthogonalized(u))
/// ```
///
/// It is for weights (O, ...), seen as matrices of O rows. Embeddings and last layers do better with [AdamW], which gains and
/// biases need: see [Optimizer#and].
public final class Muon extends Optimizer {

    /// The constants.
    ///
    /// @param momentum weight of the old velocity
    /// @param iterations of Newton and Schulz
    /// @param decay of weights
    public record Config(double momentum, int iterations, double decay) {
        /// As in the authors' code: 0.95, 5, 0.
        public static final Config STANDARD = new Config(0.95, 5, 0);
    }

    private final Config config;
    private final BufferPool pool = new BufferPool();

    /// An optimizer of the learned ones among these parameters, which must be matrices.
    public Muon(Map<String, Param> params, Config config) {
        super(params, "velocity");
        this.config = config;
        params.forEach((name, param) -> {
            if (param.role() == Param.Role.NO_DECAY || param.role() == Param.Role.WEIGHT && param.shape().rank() < 2) {
                throw new IllegalArgumentException(
                        "Muon: parameters must be matrices; got %s %s; give it to another optimizer"
                                .formatted(name, param.shape()));
            }
        });
    }

    @Override
    protected void update(Param param, List<Tensor> state, Step step) {
        var kernels = Backend.kernels();
        Tensor w = param.value(), velocity = state.getFirst();
        int rows = w.dim(0), columns = w.size() / rows;
        float momentum = (float) config.momentum();
        try (Tape _ = Tape.inference(pool)) {
            Tensor g = w.gradient().multiply(step.gradientScale());
            velocity.set(velocity.multiply(momentum).add(g));
            Tensor u = g.add(velocity.multiply(momentum)).reshape(rows, columns);
            Tensor direction = orthogonalized(u, config.iterations());
            kernels.elementwise().affine(w.data(), 1 - step.rate() * decay(param, config.decay()), 0, w.data());
            kernels.elementwise().addScaled(direction.data(),
                    (float) (-step.rate() * Math.sqrt(Math.max(1, rows / (double) columns))), w.data());
        }
    }

    /// About U V^T of the singular value decomposition x = U S V^T, by Newton and Schulz' iteration: from X = x / ||x||,
    ///
    ///     X = a X + b X X^T X + c X X^T X X^T X        a = 3.4445, b = -4.7750, c = 2.0315
    ///
    /// which lets each singular value s go to a s + b s^3 + c s^5. The coefficients do not converge to 1 but bring all that are
    /// not tiny into 0.7 to 1.2 within five steps. A matrix of zeros stays one.
    ///
    /// @param x (rows, columns)
    static Tensor orthogonalized(Tensor x, int iterations) {
        if (x.dim(0) > x.dim(1)) {
            return orthogonalized(x.transpose(0, 1), iterations).transpose(0, 1);
        }
        Tensor y = x.divide((float) (length(x.data()) + 1e-7));
        for (int i = 0; i < iterations; i++) {
            Tensor a = y.matmulTransposed(y);
            Tensor b = a.multiply(-4.7750f).add(a.matmul(a).multiply(2.0315f));
            y = y.multiply(3.4445f).add(b.matmul(y));
        }
        return y;
    }
}
