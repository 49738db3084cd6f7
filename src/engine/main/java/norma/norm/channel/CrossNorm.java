package norma.norm.channel;

import java.util.SplittableRandom;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.tensor.Indices;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// In training, with probability p, gives each example the means and standard deviations of the channels of another: an
/// augmentation of style inside a network (Tang et al. 2021, arXiv 2102.02811).
///
///     y = (x - mean) / std * std' + mean'        std = sqrt(unbiased variance + eps), ' of the other example
///
/// The statistics may be those of a part of the other image (STYLE), and only a part of x may be changed (CONTENT): boxes,
/// drawn for each batch, of 10 % of the area or more.
///
/// Shapes: x (N, C, ...), for boxes (N, C, H, W). In evaluation y = x.
///
/// @param p probability that a batch is changed
/// @param crop which images are cropped first
/// @param eps added to the variances
/// @param unbiased whether variances are divided by n - 1, as the authors have it, or by n
public record CrossNorm(float p, Crop crop, float eps, boolean unbiased) implements Norm {
    /// Probability and epsilon if no others are given.
    public static final float P = 0.5f;
    public static final float EPS = 1e-5f;

    private static final double LEAST_AREA = 0.1;

    /// Which images are cropped.
    public enum Crop {
        /// Neither.
        NONE,
        /// The one that gives its statistics.
        STYLE,
        /// The one that receives them.
        CONTENT,
        /// Both.
        BOTH
    }

    /// Checks the probability.
    public CrossNorm {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("CrossNorm: p must be in [0, 1]; got " + p);
        }
    }

    /// Without cropping.
    public CrossNorm(float p, float eps, boolean unbiased) {
        this(p, Crop.NONE, eps, unbiased);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (!Tape.isTraining() || x.size() == 0) {
            return x;
        }
        var random = new SplittableRandom(Tape.current().orElseThrow().nextKey());
        return random.nextDouble() < p ? exchanged(x, random) : x;
    }

    private Tensor exchanged(Tensor x, SplittableRandom random) {
        Indices others = permutation(random, x.dim(0));
        Tensor style = crop == Crop.STYLE || crop == Crop.BOTH ? Box.random(random, x).of(x) : x;
        if (crop == Crop.NONE || crop == Crop.STYLE) {
            return exchanged(x, style, others);
        }
        Box box = Box.random(random, x);
        return box.replaced(x, exchanged(box.of(x), style, others));
    }

    /// Rows [top, bottom) and columns [left, right) of images.
    record Box(int top, int bottom, int left, int right) {

        /// Of the proportions of the image, anywhere in it; the whole image if it were a single pixel.
        static Box random(SplittableRandom random, Tensor x) {
            if (x.shape().rank() != 4) {
                throw new IllegalArgumentException(
                        "CrossNorm: to take a part, x must be (N, C, H, W); got " + x.shape());
            }
            double side = Math.sqrt(random.nextDouble(LEAST_AREA, 1));
            int height = (int) Math.ceil(side * x.dim(2)), width = (int) Math.ceil(side * x.dim(3));
            int top = random.nextInt(x.dim(2) - height + 1), left = random.nextInt(x.dim(3) - width + 1);
            return height * width > 1 ? new Box(top, top + height, left, left + width)
                    : new Box(0, x.dim(2), 0, x.dim(3));
        }

        Tensor of(Tensor x) {
            return x.slice(2, top, bottom).slice(3, left, right);
        }

        /// x with other pixels inside.
        Tensor replaced(Tensor x, Tensor inside) {
            Tensor rows = x.slice(2, top, bottom);
            Tensor middle = Tensor.concat(3, rows.slice(3, 0, left), inside, rows.slice(3, right, x.dim(3)));
            return Tensor.concat(2, x.slice(2, 0, top), middle, x.slice(2, bottom, x.dim(2)));
        }
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
        return exchanged(x, x, others);
    }

    private Tensor exchanged(Tensor x, Tensor style, Indices others) {
        Moments own = moments(x), given = style == x ? own : moments(style);
        Tensor xhat = own.centered().divide(own.std(unbiased, eps));
        return xhat.multiply(of(given.std(unbiased, eps), others)).add(of(given.mean(), others)).reshape(x.shape());
    }

    private static Moments moments(Tensor x) {
        Planes planes = ChannelAxis.planes("CrossNorm", x);
        ChannelAxis.requirePlanes("CrossNorm", x, planes);
        return Moments.of(x.reshape(planes.batch(), planes.channels(), planes.inner()), 2);
    }

    /// Statistics (N, C, 1) of other examples.
    private static Tensor of(Tensor statistic, Indices order) {
        return statistic.reshape(statistic.dim(0), statistic.dim(1)).take(order, 0).reshape(statistic.shape());
    }

    public static NormFactory factory(NormSpec spec) {
        float p = spec.number("p", P);
        Crop crop = spec.choice("crop", Crop.NONE);
        return (_, _) -> new CrossNorm(p, crop, EPS, true);
    }
}
