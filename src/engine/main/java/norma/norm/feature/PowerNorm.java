package norma.norm.feature;

import static norma.tensor.Axes.keepDims;

import norma.backend.Backend;
import norma.kernel.contract.RunningAverageKernel;
import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.RunningStatistics;
import norma.norm.axis.RowLayout;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A batch norm for Transformers: quadratic means of each feature over all tokens, running ones already in training (Shen et
/// al. 2020, arXiv 2003.07845).
///
///     y = gamma * z + beta    z = x / sqrt(phi + eps)    phi = running mean of mean(x^2)
///
/// In the first steps of training z is taken with the batch's own mean(x^2).
///
/// **The backward pass is not the derivative**, which would need all batches seen so far, but the authors' estimate of it: with
/// g = dy * gamma and nu, which gathers the mean of a z and so pulls it towards 0,
///
///     a = g - (1 - alphaBackward) nu z    nu = nu + mean(a z)    dx = a / sqrt(mean(x^2) + eps)
///
/// with mean(x^2) of this batch, whichever z was divided by.
///
/// Shapes: x (..., D), all else D. Tokens that are padding count in no mean.
///
/// @param scaling what x goes through first: a [GroupScaling], or the [Identity]
/// @param gamma gain, ones at first
/// @param beta bias, zeros at first
/// @param phi running quadratic mean, ones at first
/// @param nu sum of the means of a z, zeros at first
/// @param steps (1), how many steps of training there were
/// @param alphaForward weight of the old in phi
/// @param alphaBackward 1 less the share of nu that is taken off
/// @param warmup steps with the batch's own statistics
/// @param eps added to the quadratic means
public record PowerNorm(Layer scaling, Param gamma, Param beta, Param phi, Param nu, Param steps,
        float alphaForward,
        float alphaBackward, int warmup, float eps) implements Norm {
    /// Epsilon, weights and number of first steps if no others are given, as the authors have them.
    public static final float EPS = 1e-5f;
    public static final float ALPHA = 0.9f;
    public static final int WARMUP = 10_000;

    /// Behind a scaling of all features as one group.
    public static PowerNorm of(int dim) {
        return of(dim, 1, WARMUP);
    }

    /// Behind a scaling of that many groups of features, none for 0.
    public static PowerNorm of(int dim, int groups, int warmup) {
        return new PowerNorm(groups == 0 ? new Identity() : new GroupScaling(groups, EPS), Init.constant(1, dim),
                Init.constant(0, dim),
                RunningStatistics.buffer(1, dim), RunningStatistics.buffer(0, dim), RunningStatistics.buffer(0, 1),
                ALPHA, ALPHA, warmup, EPS);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        RowLayout rows = RowLayout.of("PowerNorm", x, gamma.value().shape(), null, beta.value());
        Tensor scaled = scaling.forward(x, context);
        Tensor tokens = scaled.reshape(rows.count(), rows.columns());
        Tensor keep = context.keyMask().map(mask -> mask.reshape(rows.count(), 1)).orElse(null);
        Tensor z = Tape.isTraining() && rows.count() > 0 ? trained(tokens, keep)
                : tokens.divide(phi.value().add(eps).sqrt());
        return RowLayout.affine(z, gamma.value(), beta.value()).reshape(x.shape());
    }

    /// Statistics are those of all tokens, later ones too.
    @Override
    public boolean causal() {
        return false;
    }

    private Tensor trained(Tensor x, Tensor keep) {
        Tensor square = mean(x.detach().square(), keep);
        RunningStatistics.count(steps);
        Tensor warm = steps.value().greater(warmup);
        Tensor z = x.detach().divide(warm.where(phi.value(), square).add(eps).sqrt());
        var first = new RunningAverageKernel.Weight(RunningStatistics.CUMULATIVE, steps.value().data(), warmup);
        Backend.kernels().runningAverage().mix(first, square.data(), phi.value().data());
        RunningStatistics.mix(phi, 1 - alphaForward, square);
        return Tape.record(new Estimate(x, z, keep, square.add(eps).sqrt(), nu, alphaBackward), z);
    }

    /// The mean over the tokens that are kept, (1, D).
    private static Tensor mean(Tensor tokens, Tensor keep) {
        return keep == null ? tokens.mean(keepDims(0))
                : tokens.multiply(keep).sum(keepDims(0)).divide(keep.sum().maximum(1));
    }

    /// z with the authors' backward pass.
    record Estimate(Tensor x, Tensor z, Tensor keep, Tensor rms, Param nu, float alpha) implements Op {

        @Override
        public Tensor[] inputs() {
            return new Tensor[] {x};
        }

        @Override
        public Tensor[] backward(Tensor g) {
            Tensor a = g.subtract(z.multiply(nu.value().multiply(1 - alpha)));
            Backend.kernels().elementwise().addScaled(mean(a.multiply(z), keep).data(), 1, nu.value().data());
            return new Tensor[] {a.divide(rms)};
        }

        @Override
        public String name() {
            return "power norm";
        }
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("gamma", gamma).add("beta", beta).add("running_phi", phi).add("ema_gz", nu).add("iters", steps);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1), warmup = spec.integer("warmup", WARMUP);
        return (_, dim) -> of(dim, groups, warmup);
    }
}
