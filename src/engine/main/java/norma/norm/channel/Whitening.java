package norma.norm.channel;

import java.util.function.UnaryOperator;
import norma.kernel.Planes;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = W (x - mean) in each group of channels, with W W = covariance^(-1): channels come out with variance 1 and uncorrelated.
/// What norms that whiten have in common; they differ in how they find W.
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

    /// What evaluation is done with.
    public enum Kept {
        /// W itself, averaged over the batches
        WHITENING,
        /// The covariance, from which W is found again: it costs a root for each batch, and can be averaged in earnest
        COVARIANCE
    }

    /// Of channels that were not seen yet, in groups of equal size.
    static Whitening of(String who, int channels, int groups, Kept kept, float newStatWeight, float eps) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException("%s: groups must divide the channels; got %d channels in %d groups"
                    .formatted(who, channels, groups));
        }
        int width = channels / groups;
        Param matrix = RunningStatistics.buffer(0, groups, width, width);
        matrix.value().set(Tensor.identity(width).expand(matrix.value().shape()));
        return new Whitening(RunningStatistics.buffer(0, channels), matrix, kept, newStatWeight, eps);
    }

    /// The whitened x.
    ///
    /// @param inverseRoot W from a covariance with eps, both (G, C / G, C / G)
    Tensor forward(String who, Tensor x, UnaryOperator<Tensor> inverseRoot) {
        int channels = mean.value().size();
        Planes planes = ChannelAxis.planes(who, x, channels, channels, true);
        if (planes.count() == 0) {
            return x;
        }
        if (!Tape.isTraining()) {
            Tensor centred = x.subtract(ChannelAxis.along(mean.value(), x));
            Tensor w = kept == Kept.WHITENING ? matrix.value() : inverseRoot.apply(withEps(matrix.value()));
            return toPlanes(w.matmul(toColumns(centred, planes)), x, planes);
        }
        ChannelAxis.requireSeveral(who, x, planes);
        Tensor centred = toColumns(ChannelAxis.centered(x, planes), planes);
        Tensor covariance = centred.matmulTransposed(centred).divide(planes.count());
        Tensor w = inverseRoot.apply(withEps(covariance));
        RunningStatistics.mix(mean, newStatWeight, ChannelAxis.moments(x, planes).slice(1, 0, 1));
        RunningStatistics.mix(matrix, newStatWeight, kept == Kept.WHITENING ? w : covariance);
        return toPlanes(w.matmul(centred), x, planes);
    }

    private Tensor withEps(Tensor covariance) {
        return covariance.add(Tensor.identity(covariance.dim(-1)).multiply(eps));
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
