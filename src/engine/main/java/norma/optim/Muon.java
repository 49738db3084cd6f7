package norma.optim;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import norma.backend.Backend;
import norma.nn.Embedding;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
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
/// w = w - rate (decay w + scale orthogonalized(u))
/// ```
///
/// It is for weights (O, ...), seen as matrices of O rows. Jordan's scale is sqrt(max(1, rows / columns)). The matched one of Liu et
/// al., 0.2 sqrt(max(rows, columns)), makes a step as long as one of [AdamW], so that both can have the same rate and decay.
///
/// Gains and biases need another optimizer, and embeddings and last layers do better with one: [#of] leaves them to [AdamW] with
/// [AdamW.Config#GPT] and the decay of this one. A last layer is the [Linear] that a model lists last. A [Group] lists parameters
/// without their layers, so all its matrices are orthogonalized:
///
/// ```java
/// Group matrices = new Group(model, name -> name.startsWith("blocks.") && name.endsWith(".weight"));
/// Optimizer optimizer = Muon.of(matrices, 0.02, Muon.Config.JORDAN).and(AdamW.of(matrices.others(), 3e-4));
/// ```
public final class Muon extends Optimizer {

    /// The constants.
    ///
    /// @param momentum weight of the old velocity, in [0, 1)
    /// @param iterations of Newton and Schulz, at least 1
    /// @param matched whether a step is as long as one of AdamW
    /// @param decay of weights
    public record Config(double momentum, int iterations, boolean matched, double decay) {
        /// As Liu et al. have them: 0.95, 5, matched, 0.1; 1e-3 is a usual rate.
        public static final Config STANDARD = new Config(0.95, 5, true, 0.1);

        /// As in Jordan's code: 0.95, 5, not matched, 0; 0.02 is a usual rate.
        public static final Config JORDAN = new Config(0.95, 5, false, 0);

        /// Checks the numbers.
        public Config {
            Bounds.requireWeight("Muon", "momentum", momentum);
            Bounds.require(iterations >= 1, "Muon", "iterations", "at least 1", iterations);
            Bounds.requireNotNegative("Muon", "decay", decay);
        }

        /// The same with another decay.
        public Config withDecay(double decay) {
            return new Config(momentum, iterations, matched, decay);
        }

        private double scale(int rows, int columns) {
            return matched ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, rows / (double) columns));
        }
    }

    private final Config config;
    private final BufferPool pool = new BufferPool();

    private Muon(Parameterized matrices, double rate, Config config) {
        super(matrices, rate, "velocity");
        this.config = config;
    }

    /// An optimizer of a model or a [Group] of its parameters, with [Config#STANDARD].
    public static Optimizer of(Parameterized model, double rate) {
        return of(model, rate, Config.STANDARD);
    }

    /// An optimizer of a model or a [Group] of its parameters: this one of its matrices, AdamW of the rest.
    public static Optimizer of(Parameterized model, double rate, Config config) {
        ParameterTree tree = ParameterTree.of(model);
        Set<Tensor> ends = ends(tree);
        Group matrices = new Group(model, name -> isMatrix(tree.params().get(name), ends));
        var muon = new Muon(matrices, rate, config);
        if (muon.params().size() == learned(tree)) {
            return muon;
        }
        if (!config.matched()) {
            throw new IllegalArgumentException(
                    ("Muon: its steps must be matched where AdamW has the rest at the same rate; got %s, and %s are no "
                            + "matrices of hidden layers; build both of a Group each, with a rate each")
                            .formatted(config, ParameterTree.of(matrices.others()).params().keySet()));
        }
        return muon.and(AdamW.of(matrices.others(), rate, AdamW.Config.GPT.withDecay(config.decay())));
    }

    private static boolean isMatrix(Param param, Set<Tensor> ends) {
        return param.role() == Param.Role.WEIGHT && param.shape().rank() >= 2 && !ends.contains(param.value());
    }

    private static long learned(ParameterTree tree) {
        return tree.params().values().stream().filter(param -> param.role() != Param.Role.BUFFER).count();
    }

    /// What embeddings and the last layer have.
    private static Set<Tensor> ends(ParameterTree tree) {
        Set<Tensor> ends = Collections.newSetFromMap(new IdentityHashMap<>());
        Collection<Parameterized> parts = tree.parts().values();
        Stream<Parameterized> last = parts.stream().filter(Linear.class::isInstance).reduce((_, next) -> next).stream();
        Stream.concat(parts.stream().filter(Embedding.class::isInstance), last)
                .forEach(part -> ParameterTree.of(part).params().values().forEach(param -> ends.add(param.value())));
        return ends;
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
                    (float) (-step.rate() * config.scale(rows, columns)), w.data());
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
