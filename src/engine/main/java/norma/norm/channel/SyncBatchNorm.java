package norma.norm.channel;

import java.util.Arrays;
import norma.kernel.Planes;
import norma.nn.Context;
import norma.nn.ParameterTree;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.axis.ChannelAxis;
import norma.tensor.Tensor;

/// A batch norm whose batch is spread over several workers. Each takes the moments of its own shard; merged exactly, by the
/// number of values that each has, they are those of the whole batch (Chan, Golub & LeVeque 1979), and so are the
/// gradients: the sums of dy and dy xhat are taken over all shards.
///
/// Shapes: x (N, C) or (N, C, ...), the shards one after the other on axis 0.
///
/// @param norm the batch norm
public record SyncBatchNorm(BatchNorm norm) implements Norm {

    /// On one worker: the batch norm itself, bit for bit.
    @Override
    public Tensor forward(Tensor x, Context context) {
        return norm.forward("SyncBatchNorm", x, planes -> ChannelAxis.moments(x, planes));
    }

    /// On shards of these numbers of examples, which may differ.
    public Tensor forward(Tensor x, int... shards) {
        if (Arrays.stream(shards).sum() != x.dim(0) || Arrays.stream(shards).anyMatch(n -> n < 0)) {
            throw new IllegalArgumentException(
                    "SyncBatchNorm: shards must have no negative number of examples and add up to the batch; got %s for x %s"
                            .formatted(Arrays.toString(shards), x.shape()));
        }
        return norm.forward("SyncBatchNorm", x, planes -> merged(x.detach(), planes, shards));
    }

    private static Tensor merged(Tensor x, Planes planes, int[] shards) {
        Tensor[] moments = new Tensor[shards.length];
        int[] counts = new int[shards.length];
        int from = 0;
        for (int i = 0; i < shards.length; i++) {
            Tensor shard = x.slice(0, from, from += shards[i]);
            Planes own = ChannelAxis.planes("SyncBatchNorm", shard, planes.channels(), planes.groups(), true);
            moments[i] = ChannelAxis.moments(shard, own);
            counts[i] = own.count();
        }
        return ChannelAxis.merge(moments, counts);
    }

    @Override
    public void register(ParameterTree tree) {
        norm.register(tree);
    }

    public static NormFactory factory(NormSpec spec) {
        return (_, channels) -> new SyncBatchNorm(BatchNorm.of(channels));
    }
}
