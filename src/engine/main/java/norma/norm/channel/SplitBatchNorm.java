package norma.norm.channel;

import java.util.List;
import java.util.stream.IntStream;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Several batch norms, one for each kind of examples, which then do not share statistics, gains and biases: clean
/// and adversarial images (auxiliary batch norm; Xie et al. 2020, arXiv 1911.09665), images and their augmentations, source and
/// target domain (domain-specific batch norm; Chang et al. 2019, arXiv 1906.03950), or the time steps of a recurrent network
/// (Cooijmans et al. 2016, arXiv 1603.09025, whose gains are 0.1 at first).
///
/// In training the batch is cut into as many parts, as equal as can be, and the i-th goes through the i-th norm; elsewhere all
/// goes through the first. The caller may also say which norm.
///
/// Shapes: x (N, C) or (N, C, ...).
///
/// @param norms for each kind of example, the main one first
public record SplitBatchNorm(List<BatchNorm> norms) implements Norm {

    /// Copies the list.
    public SplitBatchNorm {
        norms = List.copyOf(norms);
        if (norms.isEmpty()) {
            throw new IllegalArgumentException("SplitBatchNorm: there must be at least one norm; got none");
        }
    }

    /// For C channels and that many kinds of examples.
    public static SplitBatchNorm of(int channels, int kinds) {
        return new SplitBatchNorm(IntStream.range(0, kinds).mapToObj(_ -> BatchNorm.of(channels)).toList());
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (!Tape.isTraining() || x.size() == 0) {
            return norms.getFirst().forward(x, context);
        }
        Tensor[] parts = new Tensor[norms.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = x.slice(0, i * x.dim(0) / parts.length, (i + 1) * x.dim(0) / parts.length);
            ChannelAxis.requireSeveral("SplitBatchNorm", parts[i],
                    ChannelAxis.planes("SplitBatchNorm", parts[i], x.dim(1), x.dim(1), true));
        }
        for (int i = 0; i < parts.length; i++) {
            parts[i] = norms.get(i).forward(parts[i], context);
        }
        return Tensor.concat(0, parts);
    }

    /// A batch of one kind only, by its own norm.
    public Tensor forward(Tensor x, int kind) {
        if (kind < 0 || kind >= norms.size()) {
            throw new IllegalArgumentException(
                    "SplitBatchNorm: the kind must be from 0 to %d; got %d".formatted(norms.size() - 1, kind));
        }
        return norms.get(kind).forward(x);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("norms", norms);
    }

    public static NormFactory factory(NormSpec spec) {
        int kinds = spec.integer("kinds", 2);
        return (_, channels) -> of(channels, kinds);
    }
}
