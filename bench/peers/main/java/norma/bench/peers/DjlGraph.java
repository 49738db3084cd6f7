package norma.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// A workload in DJL's words. What DJL has no operation for (attention, RMS norm, SiLU, cross entropy) is composed of those it has, as
/// its users must; it has no tanh GELU, and what needs it is left out.
///
/// @param inputs a backward pass gives gradients for all of them
/// @param f from inputs to result
record DjlGraph(List<NDArray> inputs, Function<List<NDArray>, NDArray> f) {
    private static final float EPS = 1e-5f;

    /// Draws inputs of a shape and knows what is to be done with them.
    interface Maker {
        DjlGraph make(NDManager manager, String shape);
    }

    /// By the name of the workload without its direction.
    static final Map<String, Maker> MAKERS = Map.ofEntries(
            Map.entry("matmul", DjlGraph::matmul),
            Map.entry("attention", DjlGraph::attention),
            Map.entry("layer_norm", DjlGraph::layerNorm),
            Map.entry("residual_layer_norm", DjlGraph::residualLayerNorm),
            Map.entry("rms_norm", DjlGraph::rmsNorm),
            Map.entry("softmax", elementwise(x -> x.softmax(-1))),
            Map.entry("gelu_erf", elementwise(Activation::gelu)),
            Map.entry("silu", elementwise(x -> Activation.swish(x, 1))),
            Map.entry("bias_gelu", DjlGraph::biasGelu),
            Map.entry("dropout", elementwise(x -> Dropout.dropout(x, 0.1f, true).head())),
            Map.entry("cross_entropy", DjlGraph::crossEntropy),
            Map.entry("embedding", DjlGraph::embedding),
            Map.entry("adamw", DjlGraph::adamW),
            Map.entry("encoder", DjlGraph::encoder),
            Map.entry("conv2d", DjlGraph::conv2d),
            Map.entry("max_pool", pool((x, size) -> Pool.maxPool2d(x, size, size, new Shape(0, 0), false))),
            Map.entry("avg_pool", pool((x, size) -> Pool.avgPool2d(x, size, size, new Shape(0, 0), false, true))));

    NDArray of(List<NDArray> x) {
        return f.apply(x);
    }

    private static NDArray random(NDManager manager, long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private static NDArray randomIndices(NDManager manager, int bound, long... shape) {
        return manager.randomInteger(0, bound, new Shape(shape), DataType.INT64);
    }

    /// Turned views are made once: only the product is measured.
    private static DjlGraph matmul(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        int at = n.length - 3;
        long[] batch = at == 0 ? new long[0] : new long[] {n[0]};
        NDArray a = matrix(manager, batch, n[at], n[at + 1], shape.endsWith("TN"));
        NDArray b = matrix(manager, batch, n[at + 1], n[at + 2], shape.endsWith("NT"));
        return new DjlGraph(List.of(a, b), x -> x.get(0).matMul(x.get(1)));
    }

    private static NDArray matrix(NDManager manager, long[] batch, long rows, long columns, boolean transposed) {
        long[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = transposed ? columns : rows;
        shape[batch.length + 1] = transposed ? rows : columns;
        NDArray matrix = random(manager, shape);
        return transposed ? matrix.swapAxes(batch.length, batch.length + 1) : matrix;
    }

    private static DjlGraph attention(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        long[] heads = {n[0], n[1], n[2], n[3]};
        NDArray mask = shape.endsWith("causal") ? laterPositions(manager, n[2]) : null;
        return new DjlGraph(List.of(random(manager, heads), random(manager, heads), random(manager, heads)),
                x -> attention(x.get(0), x.get(1), x.get(2), mask));
    }

    /// Heads (B, H, T, D).
    private static NDArray attention(NDArray q, NDArray k, NDArray v, NDArray mask) {
        NDArray scores = q.matMul(k.swapAxes(2, 3)).mul(1 / Math.sqrt(q.getShape().get(3)));
        return (mask == null ? scores : scores.add(mask)).softmax(-1).matMul(v);
    }

    /// 0 up to the diagonal, minus infinity behind it.
    private static NDArray laterPositions(NDManager manager, int time) {
        float[] mask = new float[time * time];
        for (int i = 0; i < time; i++) {
            Arrays.fill(mask, i * time + i + 1, (i + 1) * time, Float.NEGATIVE_INFINITY);
        }
        return manager.create(mask, new Shape(time, time));
    }

    private static DjlGraph layerNorm(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        return new DjlGraph(List.of(random(manager, n[0], n[1]), random(manager, n[1]), random(manager, n[1])),
                x -> layerNorm(x.get(0), x.get(1), x.get(2)));
    }

    private static NDArray layerNorm(NDArray x, NDArray gamma, NDArray beta) {
        return LayerNorm.layerNorm(x, gamma.getShape(), gamma, beta, EPS).head();
    }

    private static DjlGraph residualLayerNorm(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        NDArray r = random(manager, n[0], n[1]);
        return new DjlGraph(List.of(random(manager, n[0], n[1]), random(manager, n[1]), random(manager, n[1])),
                x -> layerNorm(x.get(0).add(r), x.get(1), x.get(2)));
    }

    private static DjlGraph rmsNorm(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        return new DjlGraph(List.of(random(manager, n[0], n[1]), random(manager, n[1])), x -> {
            NDArray rms = x.get(0).square().mean(new int[] {1}, true).add(EPS).sqrt();
            return x.get(0).div(rms).mul(x.get(1));
        });
    }

    private static Maker elementwise(UnaryOperator<NDArray> f) {
        return (manager, shape) -> {
            int[] n = Sizes.of(shape);
            return new DjlGraph(List.of(random(manager, n[0], n[1])), x -> f.apply(x.getFirst()));
        };
    }

    private static DjlGraph biasGelu(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        return new DjlGraph(List.of(random(manager, n[0], n[1]), random(manager, n[1])),
                x -> Activation.gelu(x.get(0).add(x.get(1))));
    }

    private static DjlGraph crossEntropy(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        var targets = new NDList(randomIndices(manager, n[1], n[0]));
        Loss loss = Loss.softmaxCrossEntropyLoss();
        return new DjlGraph(List.of(random(manager, n[0], n[1])),
                x -> loss.evaluate(targets, new NDList(x.getFirst())));
    }

    private static DjlGraph embedding(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        NDArray ids = randomIndices(manager, n[1], n[0]);
        return new DjlGraph(List.of(random(manager, n[1], n[2])), x -> embedding(ids, x.getFirst()));
    }

    private static NDArray embedding(NDArray ids, NDArray table) {
        return Embedding.embedding(ids, table, SparseFormat.DENSE).head();
    }

    private static DjlGraph adamW(NDManager manager, String shape) {
        long n = Sizes.of(shape)[0] * 1_000_000L;
        NDArray gradient = random(manager, n);
        Optimizer adamW = Optimizer.adamW().optLearningRateTracker(Tracker.fixed(3e-4f)).optBeta2(0.95f)
                .optWeightDecays(0.1f).build();
        NDArray w = random(manager, n);
        adamW.update("w", w, gradient); // makes the moments here, where no scope closes them
        return new DjlGraph(List.of(w), x -> {
            adamW.update("w", x.getFirst(), gradient);
            return x.getFirst();
        });
    }

    private static DjlGraph conv2d(NDManager manager, String shape) {
        var c = Sizes.convolution(shape);
        return new DjlGraph(List.of(random(manager, c.x()), random(manager, c.weight())),
                x -> Conv2d.conv2d(x.get(0), x.get(1), null, new Shape(1, 1), new Shape(c.padding(), c.padding()),
                        new Shape(1, 1), c.groups()).head());
    }

    private static Maker pool(BiFunction<NDArray, Shape, NDArray> f) {
        return (manager, shape) -> {
            int[] n = Sizes.of(shape);
            var size = new Shape(n[4], n[5]);
            return new DjlGraph(List.of(random(manager, n[0], n[1], n[2], n[3])), x -> f.apply(x.getFirst(), size));
        };
    }

    // ---- Encoder: 6 layers, D 384, 12 heads, MLP 1536, erf GELU, post-norm ----

    private static DjlGraph encoder(NDManager manager, String shape) {
        int[] n = Sizes.of(shape);
        NDArray ids = randomIndices(manager, 30522, n[0], n[1]);
        NDArray tokens = small(manager, 30522, 384);
        NDArray positions = small(manager, n[1], 384);
        Norm norm = Norm.of(manager);
        List<Block> blocks = IntStream.range(0, 6).mapToObj(_ -> Block.of(manager)).toList();
        return new DjlGraph(List.of(), _ -> {
            NDArray x = norm.of(embedding(ids, tokens).add(positions));
            for (Block block : blocks) {
                x = block.of(x);
            }
            return x;
        });
    }

    private static NDArray small(NDManager manager, long... shape) {
        return random(manager, shape).mul(0.05);
    }

    private record Norm(NDArray gamma, NDArray beta) {
        static Norm of(NDManager manager) {
            return new Norm(random(manager, 384), random(manager, 384));
        }

        NDArray of(NDArray x) {
            return layerNorm(x, gamma, beta);
        }
    }

    private record Dense(NDArray weight, NDArray bias) {
        static Dense of(NDManager manager, long in, long out) {
            return new Dense(small(manager, out, in), small(manager, out));
        }

        NDArray of(NDArray x) {
            return Linear.linear(x, weight, bias).head();
        }
    }

    private record Block(Dense qkv, Dense out, Norm norm1, Dense up, Dense down, Norm norm2) {
        static Block of(NDManager m) {
            return new Block(Dense.of(m, 384, 3 * 384), Dense.of(m, 384, 384), Norm.of(m), Dense.of(m, 384, 1536),
                    Dense.of(m, 1536, 384), Norm.of(m));
        }

        NDArray of(NDArray x) {
            NDArray y = norm1.of(x.add(attended(x)));
            return norm2.of(y.add(down.of(Activation.gelu(up.of(y)))));
        }

        private NDArray attended(NDArray x) {
            long b = x.getShape().get(0);
            long t = x.getShape().get(1);
            NDArray heads = qkv.of(x).reshape(b, t, 3, 12, 32).transpose(2, 0, 3, 1, 4);
            NDArray y = attention(heads.get(0), heads.get(1), heads.get(2), null);
            return out.of(y.swapAxes(1, 2).reshape(b, t, 384));
        }
    }
}
