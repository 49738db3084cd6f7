package norma.norm.channel;

import java.util.ArrayList;
import java.util.List;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// A batch norm that takes its statistics over small parts of the batch, one after the other, so that a large batch trains
/// with the noise of small ones (Hoffer, Hubara & Soudry 2017, arXiv 1705.08741). The same as data-parallel training
/// without synchronization.
///
/// Shapes: x (N, C) or (N, C, ...). A last part of one value a channel, which has no variance, joins the part before it.
///
/// @param norm the batch norm
/// @param examples of a part
public record GhostBatchNorm(BatchNorm norm, int examples) implements Norm {

    /// Examples of a part if no other number is given.
    public static final int EXAMPLES = 32;

    /// Checks the size of a part.
    public GhostBatchNorm {
        if (examples < 1) {
            throw new IllegalArgumentException(
                    "GhostBatchNorm: a part must have at least one example; got " + examples);
        }
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        int n = x.dim(0);
        if (!Tape.isTraining() || n <= examples) {
            return norm.forward(x, context);
        }
        boolean single = n % examples == 1 && x.size() == n * x.dim(1);
        List<Tensor> parts = new ArrayList<>();
        for (int from = 0, to; from < n; from = to) {
            to = Math.min(n, from + examples);
            if (single && to == n - 1) {
                to = n;
            }
            parts.add(norm.forward(x.slice(0, from, to), context));
        }
        return Tensor.concat(0, parts.toArray(Tensor[]::new));
    }

    @Override
    public void register(ParameterTree tree) {
        norm.register(tree);
    }

    public static NormFactory factory(NormSpec spec) {
        int examples = spec.integer("examples", EXAMPLES);
        return (_, channels) -> new GhostBatchNorm(BatchNorm.of(channels), examples);
    }
}
