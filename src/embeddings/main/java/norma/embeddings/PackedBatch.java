package norma.embeddings;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.nn.Context;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// Texts one behind the other, (1, N) with N the sum of their lengths: no padding is computed.
///
/// @param ids of tokens
/// @param types of the tokens' segments
/// @param lengths of the texts
record PackedBatch(Indices ids, Indices types, int[] lengths) {

    static PackedBatch of(List<Encoding> texts) {
        return new PackedBatch(row(texts.stream().map(Encoding::ids)), row(texts.stream().map(Encoding::typeIds)),
                texts.stream().mapToInt(Encoding::length).toArray());
    }

    private static Indices row(Stream<int[]> parts) {
        int[] row = parts.flatMapToInt(Arrays::stream).toArray();
        return new Indices(row, Shape.of(1, row.length));
    }

    Context context() {
        return Context.ragged(lengths);
    }

    /// The readout of each text's stream (1, T, D), one row each.
    Tensor each(Tensor stream, UnaryOperator<Tensor> readout) {
        int[] ends = lengths.clone();
        Arrays.parallelPrefix(ends, Integer::sum);
        return Tensor.concat(0, IntStream.range(0, ends.length)
                .mapToObj(i -> readout.apply(stream.slice(1, ends[i] - lengths[i], ends[i]))).toArray(Tensor[]::new));
    }
}
