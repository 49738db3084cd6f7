package norma.norm.channel;

import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Tensor;

/// A group norm of a batch norm, y = GN(BN(x)): the batch norm keeps channels from dying, as they may with a group norm alone;
/// the group norm bounds what a batch norm makes of few examples (Qiao et al. 2019, arXiv 1903.10520, section 3.3).
///
/// Shapes: x (N, C) or (N, C, ...).
///
/// @param batch first
/// @param channel second
public record BatchChannelNorm(BatchNorm batch, GroupNorm channel) implements Norm {

    /// For C channels in groups.
    public static BatchChannelNorm of(int channels, int groups) {
        return new BatchChannelNorm(BatchNorm.of(channels), GroupNorm.of(channels, groups));
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return channel.forward(batch.forward(x, context), context);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("batch", batch).add("channel", channel);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        return (_, channels) -> of(channels, groups);
    }
}
