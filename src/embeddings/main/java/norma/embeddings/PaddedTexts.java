package norma.embeddings;

import java.util.Arrays;
import java.util.List;
import norma.embeddings.tokenizer.Encoding;
import norma.nn.Context;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Texts of different lengths in one batch (B, T): T is the longest one's length, and behind the others stands padding that no
/// token sees.
///
/// @param ids of tokens, 0 in padding
/// @param types of the tokens' segments, 0 in padding
/// @param lengths without padding, B of them
record PaddedTexts(Indices ids, Indices types, int[] lengths) {

    static PaddedTexts of(List<Encoding> texts) {
        int[] lengths = texts.stream().mapToInt(Encoding::length).toArray();
        int time = Arrays.stream(lengths).max().orElse(0);
        int[] ids = new int[lengths.length * time];
        int[] types = new int[lengths.length * time];
        for (int i = 0; i < lengths.length; i++) {
            System.arraycopy(texts.get(i).ids(), 0, ids, i * time, lengths[i]);
            System.arraycopy(texts.get(i).typeIds(), 0, types, i * time, lengths[i]);
        }
        Shape shape = Shape.of(lengths.length, time);
        return new PaddedTexts(new Indices(ids, shape), new Indices(types, shape), lengths);
    }

    Context context() {
        return Arrays.stream(lengths).allMatch(length -> length == time()) ? Context.NONE
                : Context.padded(weights((from, to) -> Arrays.fill(from, to.start, to.end, 1)));
    }

    /// The vectors of texts (B, D): sums of their tokens' (B, T, D), weighted as the pooling says.
    Tensor pooled(Tensor stream, Pooling pooling) {
        Tensor weights = weights((row, text) -> {
            switch (pooling) {
                case MEAN -> Arrays.fill(row, text.start, text.end, 1f / (text.end - text.start));
                case CLS -> row[text.start] = 1;
                case LAST -> row[text.end - 1] = 1;
            }
        });
        return weights.reshape(lengths.length, 1, time()).matmul(stream).reshape(lengths.length, stream.dim(2));
    }

    /// Where a text stands in an array (B, T).
    private record Span(int start, int end) {
    }

    private interface Filling {
        void fill(float[] values, Span text);
    }

    /// A number for each token (B, T), 0 for padding.
    private Tensor weights(Filling filling) {
        float[] values = new float[lengths.length * time()];
        for (int i = 0; i < lengths.length; i++) {
            filling.fill(values, new Span(i * time(), i * time() + lengths[i]));
        }
        return Tensor.of(ids.shape(), values);
    }

    private int time() {
        return ids.shape().dim(1);
    }
}
