package norma.norm.channel;

import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import norma.nn.Init;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Whatever the sizes of the shards, many workers compute what one does.
class ShardedTest {

    /// Result, gradient of x and gradients of all parameters.
    private static List<Tensor> pass(Parameterized norm, Tensor x, Function<Tensor, Tensor> forward) {
        var results = new ArrayList<Tensor>();
        Tensor variable = x.copy().variable();
        ParameterTree.of(norm).params().values().forEach(p -> p.value().clearGradient());
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = forward.apply(variable);
            tape.backward(y.multiply(normal(99, x.shape().toArray())).sum());
            results.add(y.copy());
        }
        results.add(variable.gradient());
        ParameterTree.of(norm).params().values().stream().filter(p -> p.role() != Param.Role.BUFFER)
                .forEach(p -> results.add(p.value().gradient().copy()));
        return results;
    }

    private static void assertAlike(List<Tensor> expected, List<Tensor> actual) {
        for (int i = 0; i < expected.size(); i++) {
            assertClose(expected.get(i), actual.get(i), 2e-5);
        }
    }

    private static Tensor[] cut(Tensor x, int axis, int... sizes) {
        Tensor[] shards = new Tensor[sizes.length];
        for (int i = 0, from = 0; i < sizes.length; from += sizes[i++]) {
            shards[i] = x.slice(axis, from, from + sizes[i]);
        }
        return shards;
    }

    // ---- Features and channels apart ----

    @Test
    void layerNormOfFeaturesThatAreSpreadOut() {
        LayerNorm norm = shaken(LayerNorm.of(12), 1, 0.3);
        Tensor x = normal(2, 3, 4, 12);
        for (int[] sizes : new int[][] {{12}, {6, 6}, {1, 8, 3}, {1, 1, 10}}) {
            assertAlike(pass(norm, x, norm::forward),
                    pass(norm, x, v -> Tensor.concat(-1, Sharded.layerNorm(norm, cut(v, -1, sizes)))));
        }
        assertGradients("layer norm", xs -> Tensor.concat(-1, Sharded.layerNorm(norm, xs)), normal(3, 2, 5),
                normal(4, 2, 7));
    }

    @Test
    void rmsNormOfFeaturesThatAreSpreadOut() {
        Tensor x = normal(5, 3, 4, 12);
        for (RmsNorm.Form form : new RmsNorm.Form[] {RmsNorm.Form.GAIN, RmsNorm.Form.UNIT_OFFSET}) {
            var norm = shaken(new RmsNorm(Shape.of(12), Optional.of(Init.constant(1, 12)), 1e-6f, form), 6, 0.3);
            for (int[] sizes : new int[][] {{12}, {6, 6}, {1, 8, 3}}) {
                assertAlike(pass(norm, x, norm::forward),
                        pass(norm, x, v -> Tensor.concat(-1, Sharded.rmsNorm(norm, cut(v, -1, sizes)))));
            }
        }
    }

    @Test
    void groupsMayStraddleWorkers() {
        GroupNorm norm = shaken(GroupNorm.of(12, 3), 7, 0.3);
        for (Tensor x : new Tensor[] {normal(8, 3, 12, 2, 5), normal(9, 3, 12)}) {
            for (int[] sizes : new int[][] {{12}, {4, 4, 4}, {8, 4}, {1, 10, 1}, {3, 3, 6}}) {
                assertAlike(pass(norm, x, norm::forward),
                        pass(norm, x, v -> Tensor.concat(1, Sharded.groupNorm(norm, cut(v, 1, sizes)))));
            }
        }
    }

    @Test
    void offsetsDoNotCostAccuracy() {
        Tensor spread = normal(10, 4, 600).multiply(0.01f), x = spread.add(1e4f);
        LayerNorm norm = LayerNorm.plain(600).withEps(1e-12f);
        assertClose(norm.forward(x), Tensor.concat(-1, Sharded.layerNorm(norm, cut(x, -1, 100, 350, 150))), 2e-6);
    }

    @Test
    void shardsThatDoNotFitAreNamed() {
        Tensor x = normal(11, 2, 12);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Sharded.layerNorm(LayerNorm.of(12), cut(x, -1, 6, 5))), "Sharded.layerNorm", "12", "(2, 5)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Sharded.rmsNorm(RmsNorm.of(12), cut(x, -1, 0, 12))), "Sharded.rmsNorm", "empty", "(2, 0)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Sharded.groupNorm(GroupNorm.of(12, 3), x, normal(12, 3, 12))), "Sharded.groupNorm", "(3, 12)");
        var clamped = new RmsNorm(Shape.of(12), Optional.empty(), 1e-6f, RmsNorm.Form.CLAMPED_LENGTH);
        assertSays(assertThrows(IllegalArgumentException.class, () -> Sharded.rmsNorm(clamped, x)), "CLAMPED_LENGTH");
    }

    @Test
    void workersMayHaveNoExamples() {
        Tensor none = Tensor.zeros(0, 12), nothing = Tensor.zeros(0, 12, 3);
        assertBits(none, Tensor.concat(-1, Sharded.layerNorm(LayerNorm.of(12), cut(none, -1, 5, 7))));
        assertBits(nothing, Tensor.concat(1, Sharded.groupNorm(GroupNorm.of(12, 3), cut(nothing, 1, 5, 7))));
        Tensor x = normal(20, 9, 4, 5);
        BatchNorm alone = shaken(BatchNorm.of(4), 21, 0.3), sync = shaken(BatchNorm.of(4), 21, 0.3);
        assertAlike(pass(alone, x, alone::forward), pass(sync, x, v -> new SyncBatchNorm(sync).forward(v, 0, 5, 0, 4)));
    }

    // ---- Tokens and examples apart ----

    /// Each worker has some tokens and a copy of the norm; gradients of gains and biases are summed.
    @Test
    void sequencesThatAreSpreadOutNeedNoExchange() {
        LayerNorm norm = shaken(LayerNorm.of(6), 13, 0.3);
        Tensor x = normal(14, 2, 7, 6);
        assertAlike(pass(norm, x, norm::forward), pass(norm, x, v -> {
            Tensor[] shards = cut(v, 1, 2, 4, 1);
            for (int i = 0; i < shards.length; i++) {
                shards[i] = norm.forward(shards[i]);
            }
            return Tensor.concat(1, shards);
        }));
    }

    @Test
    void ghostBatchNormIsDataParallelTrainingWithoutExchange() {
        Tensor x = normal(15, 9, 4, 5);
        BatchNorm norm = shaken(BatchNorm.of(4), 16, 0.3);
        BatchNorm[] replicas = new BatchNorm[3];
        for (int i = 0; i < 3; i++) {
            replicas[i] = shaken(BatchNorm.of(4), 16, 0.3);
        }
        List<Tensor> ghost = pass(norm, x, new GhostBatchNorm(norm, 3)::forward);
        Tensor[] shards = cut(x, 0, 3, 3, 3), probes = cut(normal(99, 9, 4, 5), 0, 3, 3, 3);
        Tensor[] y = new Tensor[3], dx = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            Tensor shard = shards[i].copy().variable();
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                Tensor result = replicas[i].forward(shard);
                tape.backward(result.multiply(probes[i]).sum());
                y[i] = result.copy();
            }
            dx[i] = shard.gradient();
        }
        assertBits(ghost.get(0), Tensor.concat(0, y));
        assertBits(ghost.get(1), Tensor.concat(0, dx));
        Tensor dGamma = gamma(replicas[0]).gradient().add(gamma(replicas[1]).gradient())
                .add(gamma(replicas[2]).gradient());
        assertClose(ghost.get(2), dGamma, 1e-5);
    }

    @Test
    void replicasGetTheBuffersOfTheFirst() {
        BatchNorm first = shaken(BatchNorm.of(4), 17, 0.3), other = shaken(BatchNorm.of(4), 18, 0.3);
        Tensor gamma = gamma(other).copy();
        Sharded.broadcastBuffers(first, other);
        assertBits(first.running().orElseThrow().mean().value(), other.running().orElseThrow().mean().value());
        assertBits(first.running().orElseThrow().variance().value(), other.running().orElseThrow().variance().value());
        assertBits(gamma, gamma(other).detach());
    }

    @Test
    void shardsOfASyncBatchNormAddUpToTheBatch() {
        SyncBatchNorm norm = new SyncBatchNorm(BatchNorm.of(4));
        for (int[] shards : new int[][] {{1, 1}, {-1, 4}, {}}) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(19, 3, 4), shards)),
                    "SyncBatchNorm", "(3, 4)", java.util.Arrays.toString(shards));
        }
    }

    private static Tensor gamma(BatchNorm norm) {
        return norm.gamma().orElseThrow().value();
    }

    @Test
    void replicasMustHaveTheBuffersOfTheFirst() {
        BatchNorm first = shaken(BatchNorm.of(4), 17, 0.3), alike = BatchNorm.of(4);
        for (BatchNorm other : new BatchNorm[] {BatchNorm.of(5),
                BatchNorm.of(4).untracked()}) {
            assertSays(assertThrows(IllegalArgumentException.class,
                    () -> Sharded.broadcastBuffers(first, alike, other)), "broadcastBuffers", "running_mean=(4)");
            assertBits(Tensor.zeros(4), alike.running().orElseThrow().mean().value());
        }
    }
}
