package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.Moments;
import norma.norm.axis.RowLayout;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Norms of tensors that are spread over several workers: each has some features of every token (tensor parallelism), or some
/// channels of every image.
///
/// For each statistic a worker tells the others the number n_i of its elements, their mean and their variance. Merged exactly
/// (Chan, Golub & LeVeque 1979),
///
///     n = sum n_i    mean = sum n_i mean_i / n    variance = sum n_i (variance_i + (mean_i - mean)^2) / n
///
/// they are those of all elements, and so results and gradients are those of one worker that has everything, whatever the
/// sizes of the shards. An RMS norm needs the sum of squares only. Squares are floats here: elements must stay below 1e19,
/// which the norms of one worker do not ask for.
///
/// All workers live in this process: a function takes the shards of all and gives the results of all. With some examples, or
/// some tokens, on each worker, layer and group norms need to know nothing of each other, and the gradients of gains and
/// biases are summed; for batch norms see [SyncBatchNorm], and [GhostBatchNorm] for what they do without exchange.
public final class Sharded {

    private Sharded() {
    }

    /// A layer norm over the last axis; shard i has D_i of the D features, x_i (..., D_i).
    public static Tensor[] layerNorm(LayerNorm norm, Tensor... shards) {
        int[] from = starts("Sharded.layerNorm", norm.shape().size(), -1, shards);
        Tensor[] xhat = normalized(norm.eps(), rows(shards));
        for (int i = 0; i < shards.length; i++) {
            xhat[i] = RowLayout.affine(xhat[i], part(norm.gamma(), from, i), part(norm.beta(), from, i))
                    .reshape(shards[i].shape());
        }
        return xhat;
    }

    /// An RMS norm over the last axis, with eps under the root; shard i has D_i of the D features, x_i (..., D_i).
    public static Tensor[] rmsNorm(RmsNorm norm, Tensor... shards) {
        int[] from = starts("Sharded.rmsNorm", norm.shape().size(), -1, shards);
        if (norm.form() != RmsNorm.Form.GAIN && norm.form() != RmsNorm.Form.UNIT_OFFSET) {
            throw new IllegalArgumentException("Sharded.rmsNorm: eps must stand under the root; got " + norm.form());
        }
        Tensor[] rows = rows(shards);
        Tensor squares = Arrays.stream(rows).map(x -> x.square().sum(keepDims(-1))).reduce(Tensor::add).orElseThrow();
        Tensor rms = squares.divide(norm.shape().size()).add(norm.eps()).sqrt();
        for (int i = 0; i < shards.length; i++) {
            Tensor gamma = part(norm.gamma(), from, i);
            Tensor gain = gamma == null || norm.form() == RmsNorm.Form.GAIN ? gamma : gamma.add(1);
            rows[i] = RowLayout.affine(rows[i].divide(rms), gain, null).reshape(shards[i].shape());
        }
        return rows;
    }

    /// A group norm; shard i has C_i of the C channels, x_i (N, C_i, ...). Workers need each other only for groups whose
    /// channels they share.
    public static Tensor[] groupNorm(GroupNorm norm, Tensor... shards) {
        int[] from = starts("Sharded.groupNorm", norm.channels(), 1, shards);
        int width = norm.channels() / norm.groups();
        var xhat = new ArrayList<List<Tensor>>();
        for (int i = 0; i < shards.length; i++) {
            xhat.add(new ArrayList<>());
        }
        for (int first = 0; first < norm.channels(); first += width) {
            normalizeGroup(norm.eps(), first, first + width, from, shards, xhat);
        }
        Tensor[] y = new Tensor[shards.length];
        for (int i = 0; i < y.length; i++) {
            Tensor all = Tensor.concat(1, xhat.get(i).toArray(Tensor[]::new));
            y[i] = ChannelAxis.affine(all, part(norm.gamma(), from, i), part(norm.beta(), from, i));
        }
        return y;
    }

    /// Adds the channels [first, end), normalized together, to what each worker has.
    private static void normalizeGroup(float eps, int first, int end, int[] from, Tensor[] shards,
            List<List<Tensor>> xhat) {
        var owners = new ArrayList<Integer>();
        var members = new ArrayList<Tensor>();
        for (int i = 0; i < shards.length; i++) {
            int low = Math.max(first, from[i]), high = Math.min(end, from[i + 1]);
            if (low < high) {
                owners.add(i);
                members.add(shards[i].slice(1, low - from[i], high - from[i]));
            }
        }
        Tensor[] rows = members.stream()
                .map(x -> x.reshape(x.dim(0), x.shape().slice(1, x.shape().rank()).size())).toArray(Tensor[]::new);
        Tensor[] normalized = normalized(eps, rows);
        for (int k = 0; k < normalized.length; k++) {
            xhat.get(owners.get(k)).add(normalized[k].reshape(members.get(k).shape()));
        }
    }

    /// (x - mean) / sqrt(var + eps) of rows (R, n_i) that are one row (R, n) together. What all exchange is relative to the
    /// means of the first worker, so that nothing of small deviations is lost to a large mean.
    private static Tensor[] normalized(float eps, Tensor... rows) {
        if (rows[0].dim(0) == 0) {
            return rows;
        }
        Tensor shift = rows[0].detach().mean(keepDims(-1));
        Moments[] own = Arrays.stream(rows).map(x -> Moments.of(x.subtract(shift), -1)).toArray(Moments[]::new);
        Moments all = Moments.merge(own);
        Tensor std = all.variance().add(eps).sqrt();
        return Arrays.stream(own).map(m -> m.centered().add(m.mean().subtract(all.mean())).divide(std))
                .toArray(Tensor[]::new);
    }

    private static Tensor[] rows(Tensor[] shards) {
        return Arrays.stream(shards).map(x -> x.reshape(x.shape().rows(), x.dim(-1))).toArray(Tensor[]::new);
    }

    /// Where each shard begins along an axis, and where the last one ends.
    private static int[] starts(String who, int size, int axis, Tensor[] shards) {
        int[] starts = new int[shards.length + 1];
        for (int i = 0; i < shards.length; i++) {
            if (!shards[i].shape().with(axis, 1).equals(shards[0].shape().with(axis, 1)) || shards[i].dim(axis) == 0) {
                throw new IllegalArgumentException(
                        "%s: shards must differ along axis %d only, and none be empty; got %s"
                                .formatted(who, axis, Arrays.stream(shards).map(Tensor::shape).toList()));
            }
            starts[i + 1] = starts[i] + shards[i].dim(axis);
        }
        if (starts[shards.length] != size) {
            throw new IllegalArgumentException("%s: shards must add up to the %d of the norm; got %s"
                    .formatted(who, size, Arrays.stream(shards).map(Tensor::shape).toList()));
        }
        return starts;
    }

    /// What worker i has of gains or biases, or null.
    private static Tensor part(Optional<Param> affine, int[] starts, int i) {
        return affine.map(param -> param.value().slice(0, starts[i], starts[i + 1])).orElse(null);
    }

    /// Gives replicas of a model the buffers of the first: to be called before evaluating or saving what was trained with batch
    /// norms that did not exchange their statistics, since each replica has kept those of its own shards.
    public static void broadcastBuffers(Parameterized first, Parameterized... replicas) {
        Map<String, Param> from = buffers(first);
        for (Parameterized replica : replicas) {
            requireAlike(shapes(from), shapes(buffers(replica)));
        }
        for (Parameterized replica : replicas) {
            buffers(replica).forEach((name, to) -> to.value().set(from.get(name).value()));
        }
    }

    private static Map<String, Param> buffers(Parameterized model) {
        Map<String, Param> buffers = new LinkedHashMap<>(ParameterTree.of(model).params());
        buffers.values().removeIf(param -> param.role() != Param.Role.BUFFER);
        return buffers;
    }

    private static Map<String, Shape> shapes(Map<String, Param> buffers) {
        var shapes = new LinkedHashMap<String, Shape>();
        buffers.forEach((name, buffer) -> shapes.put(name, buffer.shape()));
        return shapes;
    }

    private static void requireAlike(Map<String, Shape> first, Map<String, Shape> replica) {
        if (!replica.equals(first)) {
            throw new IllegalArgumentException(
                    "Sharded.broadcastBuffers: replicas must have the buffers of the first, %s; got %s"
                            .formatted(first, replica));
        }
    }
}
