package norma.embeddings.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import norma.tokenizer.Encoding;

/// The tokenizers in use, in native code: https://github.com/huggingface/tokenizers through DJL.
///
/// It counts characters where we count chars, and takes UTF-8, which has no half surrogate pairs: they are given to it as U+FFFD.
public final class Oracle implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    Oracle(Path file) throws IOException {
        System.setProperty("ai.djl.offline", "true");
        tokenizer =
                HuggingFaceTokenizer.builder().optTokenizerPath(file).optTruncation(false).optPadding(false).build();
    }

    /// Cuts to `maxTokens`.
    public Oracle(Path file, int maxTokens) throws IOException {
        tokenizer = HuggingFaceTokenizer.builder().optTokenizerPath(file).optTruncation(true).optPadding(false)
                .optMaxLength(maxTokens).build();
    }

    /// Ids, types and places.
    public Encoding encode(String text) {
        var encoding = tokenizer.encode(mended(text));
        return chars(encoding, text, text);
    }

    Encoding encodePair(String first, String second) {
        return chars(tokenizer.encode(mended(first), mended(second)), first, second);
    }

    private static Encoding chars(ai.djl.huggingface.tokenizers.Encoding encoding, String first, String second) {
        int[][] indices = {indices(mended(first)), indices(mended(second))};
        int length = encoding.getIds().length;
        int[] starts = new int[length];
        int[] ends = new int[length];
        for (int i = 0; i < length; i++) {
            CharSpan span = encoding.getCharTokenSpans()[i];
            long sequence = encoding.getSequenceIds()[i];
            if (span != null && (sequence == 0 || sequence == 1)) {
                starts[i] = indices[(int) sequence][span.getStart()];
                ends[i] = indices[(int) sequence][span.getEnd()];
            }
        }
        return new Encoding(ints(encoding.getIds()), ints(encoding.getTypeIds()), starts, ends);
    }

    private static int[] ints(long[] numbers) {
        return Arrays.stream(numbers).mapToInt(Math::toIntExact).toArray();
    }

    private static int[] indices(String text) {
        int[] indices = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 1; i < indices.length; i++) {
            indices[i] = text.offsetByCodePoints(indices[i - 1], 1);
        }
        return indices;
    }

    private static String mended(String text) {
        return text.replaceAll("[\\uD800-\\uDFFF]", "\uFFFD");
    }

    /// Fails with the first token that differs.
    static void assertSame(Encoding expected, Encoding actual, String what) {
        if (Arrays.equals(expected.ids(), actual.ids()) && Arrays.equals(expected.typeIds(), actual.typeIds())
                && Arrays.equals(expected.starts(), actual.starts()) && Arrays.equals(expected.ends(), actual.ends())) {
            return;
        }
        for (int i = 0; i < Math.min(expected.length(), actual.length()); i++) {
            assertEquals(token(expected, i), token(actual, i), "token " + i + " of " + visible(what));
        }
        assertEquals(expected.length(), actual.length(), "tokens of " + visible(what));
    }

    private static String token(Encoding e, int i) {
        return "id " + e.ids()[i] + " of type " + e.typeIds()[i] + " at [" + e.starts()[i] + ", " + e.ends()[i] + ")";
    }

    private static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        for (char c : text.toCharArray()) {
            visible.append(c < ' ' || c > '~' ? "\\u%04X".formatted((int) c) : c);
        }
        return visible.toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
