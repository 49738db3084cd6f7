package norma.norm;

import java.util.SplittableRandom;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.Parts;
import norma.tensor.Indices;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// In training, now and then, gives each example the means and standard deviations of the channels of another: an augmentation
/// of style inside a network (Tang et al. 2021, arXiv 2102.02811).
///
///     y = (x - mean) / std * std' + mean'        std = sqrt(unbiased variance + eps), ' of the other example
///
/// Shapes: x (N, C, ...). In evaluation y = x. The authors' variant that takes the statistics of a crop is not here.
///
/// @param p probability that a batch is changed
/// @param eps added to the variances
/// @param unbiased whether variances are divided by n - 1, as the authors have it, or by n
public record CrossNorm(float p, float eps, boolean unbiased) implements Norm {
    /// Probability and epsilon if no others are given.
    public static final float P = 0.5f;
    public static final float EPS = 1e-5f;

    /// Checks the probability.
    public CrossNorm {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("CrossNorm: p must be in [0, 1]; got " + p);
        }
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (!BatchNorm.isTraining() || x.size() == 0) {
            return x;
        }
        var random = new SplittableRandom(Tape.current().nextKey());
        return random.nextDouble() < p ? exchanged(x, permutation(random, x.dim(0))) : x;
    }

    private static Indices permutation(SplittableRandom random, int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return Indices.of(order, n);
    }

    /// x with the statistics of other examples.
    ///
    /// @param others (N), for each example the one whose statistics it gets
    public Tensor exchanged(Tensor x, Indices others) {
        Planes planes = Channels.planes("CrossNorm", x, x.shape().rank() < 2 ? 0 : x.dim(1), 1, false);
        if (planes.inner() == 1) {
            throw new IllegalArgumentException(
                    "CrossNorm: a plane needs more than one element to have a variance; got x " + x.shape());
        }
        Moments own = Moments.of(x.reshape(planes.batch(), planes.channels(), planes.inner()), 2);
        Tensor std = (unbiased ? own.unbiased() : own.variance()).add(eps).sqrt();
        return own.centred().divide(std).multiply(of(std, others)).add(of(own.mean(), others)).reshape(x.shape());
    }

    /// Statistics (N, C, 1) of other examples.
    private static Tensor of(Tensor statistic, Indices order) {
        return statistic.reshape(statistic.dim(0), statistic.dim(1)).gather(order).reshape(statistic.shape());
    }

    @Override
    public void list(Parts parts) {
        // nothing is learned
    }

    static NormMaker maker(Spec spec) {
        float p = spec.number("p", P);
        return (_, _) -> new CrossNorm(p, EPS, true);
    }

    static void golden(GoldenCase c) {
        c.output("y",
                new CrossNorm(1, c.number("eps", EPS), c.unbiased()).exchanged(c.input("x"), c.indices("permutation")));
    }
}
