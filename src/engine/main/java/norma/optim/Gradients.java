package norma.optim;

import java.util.List;
import java.util.Map;
import java.util.Set;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.SplitDouble;
import norma.nn.Param;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// What is asked of gradients between the backward pass and the optimizer's step.
///
/// [#norm] and [#clip] see all of them together and give a factor for [Optimizer#step]. The others change each gradient in
/// place, one parameter at a time; they see what the backward passes have summed, so with several of them each loss must be
/// divided by their number first.
public final class Gradients {

    private Gradients() {
    }

    // ---- All together ----

    /// The length of all gradients as one vector: sqrt(sum g^2), right to 1e-7 and safe from overflow. NaN or infinite if one
    /// of them is.
    public static double norm(Map<String, Param> params) {
        List<Floats> gradients = params.values().stream().map(Param::value).filter(Tensor::hasGradient)
                .map(value -> value.gradient().data()).toList();
        Tensor squares = Tensor.empty(Shape.of(SplitDouble.LENGTH));
        Backend.kernels().reduction().sumOfSquares(gradients, squares.data());
        return Math.sqrt(SplitDouble.read(squares.toArray(), 0));
    }

    /// The same as (sum |g|^p)^(1/p); with an infinite p the largest |g|.
    public static double norm(Map<String, Param> params, double p) {
        return norm(List.of(params), Set.of(), p);
    }

    /// The same of parameters that are spread over workers: each sums the powers of what it has, and the sums are added up, or
    /// their maximum is taken.
    ///
    /// @param workers the parameters that each has
    /// @param replicated names of those of which every worker has a copy, with the same gradient: they count once
    public static double norm(List<Map<String, Param>> workers, Set<String> replicated, double p) {
        if (!(p >= 1)) {
            throw new IllegalArgumentException("Gradients.norm: p must be at least 1; got " + p);
        }
        boolean largest = p == Double.POSITIVE_INFINITY;
        double all = 0;
        for (int i = 0; i < workers.size(); i++) {
            for (var entry : workers.get(i).entrySet()) {
                Tensor w = entry.getValue().value();
                if (w.hasGradient() && (i == 0 || !replicated.contains(entry.getKey()))) {
                    float[] g = w.gradient().toArray();
                    all = largest ? Math.max(all, largest(g)) : all + powers(g, p);
                }
            }
        }
        return largest ? all : Math.pow(all, 1 / p);
    }

    /// Checks that no gradient has NaN or infinity, which a step would put into every parameter.
    public static void requireFinite(Map<String, Param> params) {
        params.forEach((name, param) -> {
            if (param.value().hasGradient() && !Double.isFinite(largest(param.value().gradient().toArray()))) {
                throw new ArithmeticException(
                        "Gradients: must be finite; that of %s %s is not; a lower rate, or a longer warm-up?"
                                .formatted(name, param.shape()));
            }
        });
    }

    private static double largest(float[] g) {
        double max = 0;
        for (float x : g) {
            max = Math.max(max, Math.abs(x));
        }
        return max;
    }

    private static double powers(float[] g, double p) {
        double sum = 0;
        for (float x : g) {
            sum += Math.pow(Math.abs((double) x), p);
        }
        return sum;
    }

    /// The factor that clips gradients of length `norm` to `limit`: min(1, limit / (norm + 1e-6)) (Pascanu et al. 2013,
    /// arXiv 1211.5063). A limit of 0 clips nothing. A norm that is not finite is refused.
    public static double clip(double norm, double limit) {
        Bounds.require(norm >= 0 && Double.isFinite(norm), "Gradients.clip", "norm", "finite and not negative", norm);
        Bounds.requireLimit("Gradients.clip", "limit", limit);
        return limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6));
    }

    // ---- Each in place ----

    /// g = min(max(g, -limit), limit), element by element.
    public static void clipValues(Map<String, Param> params, float limit) {
        Bounds.requireLimit("Gradients.clipValues", "limit", limit);
        forEach(params, (_, g) -> g.set(g.clip(-limit, limit)));
    }

    /// Adaptive gradient clipping (Brock et al. 2021, arXiv 2102.06171): the gradient of a unit, the weights W_i of one output,
    /// is at most `limit` times as long as the unit itself,
    ///
    ///     G_i = G_i min(1, limit max(||W_i||, eps) / ||G_i||)
    ///
    /// A vector or scalar is one unit. The paper has limit 0.01 and eps 1e-3, and leaves the last linear layer out.
    public static void clipUnits(Map<String, Param> params, double limit, double eps) {
        Bounds.requireLimit("Gradients.clipUnits", "limit", limit);
        Bounds.requireNotNegative("Gradients.clipUnits", "eps", eps);
        requireFinite(params);
        var kernels = Backend.kernels();
        forEach(params, (w, gradient) -> {
            int units = w.shape().rank() > 1 ? w.dim(0) : 1, n = units == 0 ? 0 : w.size() / units;
            for (int i = 0; i < units; i++) {
                Floats g = gradient.data().slice(i * n, n);
                double length = Math.sqrt(kernels.reduction().sumOfSquares(g));
                double most =
                        limit * Math.max(eps, Math.sqrt(kernels.reduction().sumOfSquares(w.data().slice(i * n, n))));
                if (length > most) {
                    kernels.elementwise().affine(g, (float) (most / length), 0, g);
                }
            }
        });
    }

    /// Gradient centralization (Yong et al. 2020, arXiv 2004.01461): G_i = G_i - mean(G_i) for the weights of each output.
    /// Vectors and scalars are left alone.
    public static void centralize(Map<String, Param> params) {
        forEach(params, (w, gradient) -> {
            int units = w.shape().rank() > 1 ? w.dim(0) : 0;
            for (int i = 0; i < units; i++) {
                Tensor unit = gradient.slice(0, i, i + 1);
                Floats g = unit.data();
                Backend.kernels().elementwise().affine(g, 1, (float) -mean(unit.toArray()), g);
            }
        });
    }

    private static double mean(float[] g) {
        double sum = 0;
        for (float x : g) {
            sum += x;
        }
        return sum / g.length;
    }

    private interface Change {
        void apply(Tensor w, Tensor gradient);
    }

    private static void forEach(Map<String, Param> params, Change change) {
        for (Param param : params.values()) {
            if (param.value().hasGradient()) {
                change.apply(param.value(), param.value().gradient());
            }
        }
    }
}
