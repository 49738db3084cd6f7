package norma.norm.channel;

import norma.kernel.Planes;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = W (x - mean) in each group of channels, with W W = covariance^(-1): channels come out with variance 1 and uncorrelated.
/// Norms that whiten differ in how they find W: see [InverseRoot].
///
/// Shapes: x (N, C) or (N, C, ...), in G groups of C / G channels. Statistics are those of the batch and all positions; in
/// evaluation the running mean, and the running W or W of the running covariance.
///
/// @param mean (C), running, zeros at first
/// @param matrix (G, C / G, C / G), what is kept, running, the identity at first
/// @param kept what that is
/// @param newStatWeight weight of the newest batch in both
/// @param eps added to the diagonal of the covariance
public record Whitening(Param mean, Param matrix, Kept kept, float newStatWeight, float eps) implements Parameterized {

    /// What evaluation uses.
    public enum Kept {
        /// W itself, averaged over the batches.
        WHITENING,
        /// The covariance, from which W is found again for each batch; unlike W, its average is that of all batches.
        COVARIANCE
    }

    /// Of channels that were not seen yet, in groups of equal size.
    static Whitening of(int channels, int groups, float eps) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "DecorrelatedBatchNorm: groups must divide the channels; got %d channels in %d groups"
                            .formatted(channels, groups));
        }
        int width = channels / groups;
        Param matrix = RunningStatistics.buffer(0, groups, width, width);
        matrix.value().set(Tensor.eye(width).expand(matrix.value().shape()));
        return new Whitening(RunningStatistics.buffer(0, channels), matrix, Kept.WHITENING, RunningStatistics.WEIGHT,
                eps);
    }

    Whitening with(Kept other) {
        return new Whitening(mean, matrix, other, newStatWeight, eps);
    }

    /// The whitened x.
    Tensor forward(Tensor x, InverseRoot root) {
        int channels = mean.value().size();
        Planes planes = ChannelAxis.planes("DecorrelatedBatchNorm", x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        if (!Tape.isTraining()) {
            Tensor centered = x.subtract(ChannelAxis.along(mean.value(), x));
            Tensor w = kept == Kept.WHITENING ? matrix.value() : root.of(withEps(matrix.value()));
            return toPlanes(w.matmul(toColumns(centered, planes)), x, planes);
        }
        ChannelAxis.requireSeveral("DecorrelatedBatchNorm", x, planes);
        Tensor centered = toColumns(ChannelAxis.centered(x, planes), planes);
        Tensor covariance = centered.matmulTransposed(centered).divide(planes.count());
        Tensor w = root.of(withEps(covariance));
        RunningStatistics.mix(mean, newStatWeight, ChannelAxis.moments(x, planes).slice(1, 0, 1));
        RunningStatistics.mix(matrix, newStatWeight, kept == Kept.WHITENING ? w : covariance);
        return toPlanes(w.matmul(centered), x, planes);
    }

    private Tensor withEps(Tensor covariance) {
        return covariance.add(Tensor.eye(covariance.dim(-1)).multiply(eps));
    }

    /// (N, C, ...) as (G, C / G, elements of a channel)
    private Tensor toColumns(Tensor x, Planes planes) {
        return x.reshape(planes.batch(), planes.channels(), planes.inner()).transpose(0, 1)
                .reshape(matrix.value().dim(0), matrix.value().dim(1), planes.count());
    }

    private static Tensor toPlanes(Tensor columns, Tensor x, Planes planes) {
        return columns.reshape(planes.channels(), planes.batch(), planes.inner()).transpose(0, 1).reshape(x.shape());
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("running_mean", mean).add(kept == Kept.WHITENING ? "running_whitening" : "running_covariance",
                matrix);
    }
}
