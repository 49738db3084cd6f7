package norma.nn;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel.Bias;
import norma.kernel.contract.AttentionKernel.Sizes;
import norma.parallel.Workers;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// [ScaledDotProduct] within each of several sequences that lie one behind the other: nothing is padded, and no sequence sees
/// another (Krell et al. 2021, arXiv 2107.02027).
///
/// Shapes: q, y (1, N, H * d), k, v (1, N, G * d), where N is the sum of the lengths.
///
/// @param normalizers of each sequence (H, 2, T), one behind the other
record RaggedAttention(Tensor q, Tensor k, Tensor v, int[] lengths, int heads, boolean causal,
        Optional<DistanceBias> distances, Tensor y, Tensor normalizers) implements Op.Fused {

    /// One of the sequences: its first row, and its sizes and bias for the kernels, null for none.
    private record Sequence(int from, Sizes sizes, Bias bias) {
        /// Its rows of x.
        Floats of(Tensor x) {
            return x.data().slice(from * x.dim(2), sizes.keys() * x.dim(2));
        }

        /// Its part of the normalizers, two for each head and row.
        Floats ofHeads(Tensor x) {
            return x.data().slice(from * sizes.heads() * 2, sizes.keys() * sizes.heads() * 2);
        }
    }

    /// Attention of all heads of all sequences. If the numbers of distances learn, it is computed in tensor algebra, which is slower.
    static Tensor apply(Tensor q, Tensor k, Tensor v, int heads, boolean causal, Optional<DistanceBias> distances,
            int[] lengths) {
        requireShapes(q, k, v, heads, lengths);
        var attention = new RaggedAttention(q, k, v, lengths, heads, causal, distances, Tensor.empty(q.shape()),
                Tensor.empty(Shape.of(2 * heads * q.dim(1))));
        if (distances.isPresent() && Tape.records(distances.get().of(1))) {
            return attention.definition();
        }
        attention.forward();
        return Tape.record(attention, attention.y);
    }

    private static void requireShapes(Tensor q, Tensor k, Tensor v, int heads, int[] lengths) {
        boolean alike = k.shape().equals(v.shape()) && q.shape().without(-1).equals(k.shape().without(-1));
        if (!alike || q.shape().rank() != 3 || q.dim(0) != 1
                || Arrays.stream(lengths).anyMatch(length -> length < 1) || Arrays.stream(lengths).sum() != q.dim(1)) {
            throw new IllegalArgumentException(
                    ("attention: q must be (1, N, H * d), k and v (1, N, G * d), N the sum of lengths of at least 1; "
                            + "got q %s, k %s, v %s with H = %d and lengths %s")
                            .formatted(q.shape(), k.shape(), v.shape(), heads, Arrays.toString(lengths)));
        }
        ScaledDotProduct.requireHeads(q, k, heads);
    }

    private Sequence[] sequences() {
        int headSize = q.dim(2) / heads, groups = k.dim(2) / headSize;
        float scale = (float) (1 / Math.sqrt(headSize));
        var sequences = new Sequence[lengths.length];
        for (int i = 0, from = 0; i < lengths.length; from += lengths[i++]) {
            sequences[i] = new Sequence(from,
                    new Sizes(1, lengths[i], lengths[i], heads, groups, headSize, scale, causal), bias(lengths[i]));
        }
        return sequences;
    }

    private Bias bias(int length) {
        if (distances.isEmpty()) {
            return null;
        }
        Tensor values = distances.get().of(length);
        return Bias.ofDistances(values.data(), values.dim(0) == 1 ? 0 : values.dim(1), length);
    }

    /// Does the work on each sequence, several at once on several threads.
    private void each(Consumer<Sequence> work) {
        Sequence[] sequences = sequences();
        Workers.split(sequences.length, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                work.accept(sequences[i]);
            }
        });
    }

    private void forward() {
        var kernel = Backend.kernels().attention();
        each(s -> kernel.forward(s.sizes, s.of(q), s.of(k), s.of(v), null, s.bias, s.of(y), s.ofHeads(normalizers)));
    }

    @Override
    public Tensor[] inputs() {
        return new Tensor[] {q, k, v};
    }

    @Override
    public Tensor[] backward(Tensor dy) {
        Tensor dq = Tensor.empty(q.shape());
        Tensor dk = Tensor.empty(k.shape());
        Tensor dv = Tensor.empty(v.shape());
        var kernel = Backend.kernels().attention();
        each(s -> kernel.backward(s.sizes, s.of(q), s.of(k), s.of(v), null, s.bias, s.of(y), s.ofHeads(normalizers),
                s.of(dy),
                s.of(dq), s.of(dk), s.of(dv)));
        return new Tensor[] {dq, dk, dv};
    }

    @Override
    public Tensor definition() {
        return Tensor.concat(1, Arrays.stream(sequences()).map(this::definition).toArray(Tensor[]::new));
    }

    private Tensor definition(Sequence s) {
        int to = s.from + s.sizes.keys();
        return new ScaledDotProduct.Fused(q.slice(1, s.from, to), k.slice(1, s.from, to), v.slice(1, s.from, to),
                s.sizes, null, distances.map(d -> d.ofPairs(s.sizes.queries(), s.sizes.keys())).orElse(null), null,
                null)
                .definition();
    }

    @Override
    public String name() {
        return causal ? "causal ragged attention" : "ragged attention";
    }
}
