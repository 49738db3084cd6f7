package norma.norm.conditional;

import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.ParameterTree;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.Norm;
import norma.norm.NormSpec;
import norma.norm.RunningStatistics;
import norma.norm.axis.ChannelAxis;
import norma.norm.channel.BatchNorm;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A batch norm whose gain and bias are those of the example's class (de Vries et al. 2017, arXiv 1707.00683; with an instance
/// norm Dumoulin et al. 2016, arXiv 1610.07629).
///
/// Shapes: x (N, C) or (N, C, ...), classes (N), tables (classes, C).
///
/// @param norm without gain and bias
/// @param gamma gains of each class, ones at first
/// @param beta biases of each class, zeros at first
public record ConditionalBatchNorm(Norm norm, Embedding gamma, Embedding beta) implements ConditionalNorm {

    /// For C channels and K classes.
    public static ConditionalBatchNorm of(int channels, int classes) {
        return new ConditionalBatchNorm(BatchNorm.plain(RunningStatistics.of(channels, RunningStatistics.WEIGHT)),
                Embedding.of(Init.constant(1, classes, channels), 1),
                Embedding.of(Init.constant(0, classes, channels), 1));
    }

    /// @param classes (N), whole numbers
    @Override
    public Tensor forward(Tensor x, Tensor classes) {
        return forward(x, Indices.of(classes));
    }

    /// x normalized, each example by its class.
    public Tensor forward(Tensor x, Indices classes) {
        if (x.shape().rank() < 2 || classes.shape().size() != x.dim(0)) {
            throw new IllegalArgumentException(
                    "ConditionalBatchNorm: x must be (N, C, ...) with a class for each example; got x %s and %d classes"
                            .formatted(x.shape(), classes.shape().size()));
        }
        classes.check("ConditionalBatchNorm", gamma.table().value().dim(0));
        Tensor gains = ChannelAxis.alongEach(gamma.forward(classes), x);
        return norm.forward(x).multiply(gains).add(ChannelAxis.alongEach(beta.forward(classes), x));
    }

    @Override
    public Shape conditionShape(Shape x) {
        return Shape.of(x.dim(0));
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("norm", norm).add("gamma", gamma).add("beta", beta);
    }

    public static Factory<ConditionalNorm> factory(NormSpec spec) {
        int classes = spec.integer("classes", 2);
        return (_, channels) -> of(channels, classes);
    }
}
