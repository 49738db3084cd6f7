package norma.lab.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.io.Safetensors;
import norma.io.Utf8;
import norma.lab.console.Json;

/// How vectors are written to a file: a header, then the rows as they come.
enum VectorFormat {
    /// A line for each text: `{"text": ..., "embedding": [...]}`.
    JSONL {
        @Override
        ByteBuffer header(long count, int dimensions) {
            return ByteBuffer.allocate(0);
        }

        @Override
        ByteBuffer rows(List<String> texts, float[][] vectors) {
            return lines(texts.size(), i -> Json.line(new Line(texts.get(i), vectors[i])));
        }
    },

    /// A line of names, text, 0, 1 ..., and a line for each text (RFC 4180).
    CSV {
        @Override
        ByteBuffer header(long count, int dimensions) {
            return lines(1, _ -> "text," + IntStream.range(0, dimensions).mapToObj(Integer::toString)
                    .collect(Collectors.joining(",")));
        }

        @Override
        ByteBuffer rows(List<String> texts, float[][] vectors) {
            return lines(texts.size(), i -> quoted(texts.get(i)) + ","
                    + Arrays.toString(vectors[i]).replaceAll("[\\[\\] ]", ""));
        }

        private String quoted(String text) {
            return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
        }
    },

    /// NumPy's (N, D), vectors only: `numpy.load`, with `mmap_mode='r'` too.
    /// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0
    NPY {
        private static final int LENGTH = 128;
        private static final String MAGIC = "\u0093NUMPY\u0001\0";

        @Override
        ByteBuffer header(long count, int dimensions) {
            String shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(count, dimensions);
            byte[] bytes = new byte[LENGTH];
            Arrays.fill(bytes, (byte) ' ');
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC.getBytes(StandardCharsets.ISO_8859_1))
                    .putShort((short) (LENGTH - MAGIC.length() - Short.BYTES))
                    .put(shape.getBytes(StandardCharsets.US_ASCII)).put(LENGTH - 1, (byte) '\n');
            return ByteBuffer.wrap(bytes);
        }

        @Override
        ByteBuffer rows(List<String> texts, float[][] vectors) {
            return Safetensors.bytesOfRows(vectors);
        }
    },

    /// A tensor `embeddings` (N, D), vectors only.
    SAFETENSORS {
        @Override
        ByteBuffer header(long count, int dimensions) {
            return Safetensors.headerOfRows("embeddings", count, dimensions);
        }

        @Override
        ByteBuffer rows(List<String> texts, float[][] vectors) {
            return Safetensors.bytesOfRows(vectors);
        }
    };

    /// A line of JSON.
    record Line(String text, float[] embedding) {
    }

    /// What the file begins with, as long for any number of rows.
    abstract ByteBuffer header(long count, int dimensions);

    /// What follows it for these texts.
    abstract ByteBuffer rows(List<String> texts, float[][] vectors);

    /// That of a file, by the end of its name.
    static VectorFormat of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Stream.of(values()).filter(format -> name.endsWith("." + format)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--out must end with .jsonl, .csv, .npy or .safetensors, or --format must say which of them it is; got "
                                + file));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private interface LineOf {
        String line(int i);
    }

    private static ByteBuffer lines(int count, LineOf lines) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(lines.line(i)).append('\n');
        }
        return ByteBuffer.wrap(Utf8.encode(text.toString()));
    }
}
