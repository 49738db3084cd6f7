package norma.embeddings;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import norma.io.AtomicFile;
import norma.io.CorruptFileException;
import norma.io.Safetensors;
import norma.io.Utf8;
import norma.json.JsonFields;
import norma.parallel.Ahead;

/// The texts and vectors of one [TextIndex#add], in two files.
final class TextIndexPart {
    private static final String VECTORS = "vectors";

    /// Texts that are encoded at a time.
    private static final int PORTION = 512;

    /// Blocks that are read while others are compared.
    private static final int AHEAD = 2;

    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Path vectors;
    private final Path texts;
    private final long first;
    private final int dimensions;
    private final JsonFields written;
    private final long count;
    private Optional<long[]> ends = Optional.empty();

    /// @param first how many texts stand in parts before this one
    /// @param written what index.json says of it
    private TextIndexPart(Path folder, int number, long first, int dimensions, JsonFields written)
            throws CorruptFileException {
        this.vectors = vectors(folder, number);
        this.texts = texts(folder, number);
        this.first = first;
        this.dimensions = dimensions;
        this.written = written;
        this.count = written.whole("count");
    }

    private static Path vectors(Path folder, int number) {
        return folder.resolve("vectors-%d.safetensors".formatted(number));
    }

    private static Path texts(Path folder, int number) {
        return folder.resolve("texts-%d.jsonl".formatted(number));
    }

    /// A part that is there, whose files have the sizes that they must have.
    static TextIndexPart open(Path folder, int number, long first, int dimensions, JsonFields written)
            throws IOException {
        var part = new TextIndexPart(folder, number, first, dimensions, written);
        part.openVectors().close();
        return part;
    }

    /// Encodes texts and writes them with their vectors.
    static TextIndexPart write(Path folder, int number, long first, SentenceEncoder encoder, Iterator<String> source)
            throws IOException {
        var rows = new CRC32C();
        var lines = new CRC32C();
        long[] count = new long[1];
        AtomicFile.write(vectors(folder, number), vectors -> AtomicFile.write(texts(folder, number), texts -> {
            AtomicFile.writeAll(vectors, Safetensors.headerOfRows(VECTORS, 0, encoder.dimensions()));
            for (List<String> portion = portion(source); !portion.isEmpty(); portion = portion(source)) {
                float[][] encoded = encoder.encodePassages(portion);
                VectorIndex.check(encoder.dimensions(), encoded);
                append(vectors, rows, Safetensors.bytesOfRows(encoded));
                append(texts, lines, bytes(portion));
                count[0] += portion.size();
            }
            AtomicFile.writeAll(vectors.position(0),
                    Safetensors.headerOfRows(VECTORS, count[0], encoder.dimensions()));
        }));
        JsonObject written = JsonFields.object("count", count[0], "vectors", checksum(rows), "texts", checksum(lines));
        return new TextIndexPart(folder, number, first, encoder.dimensions(),
                new JsonFields(folder.resolve("index.json"), "$.parts", written));
    }

    private static List<String> portion(Iterator<String> source) {
        List<String> texts = new ArrayList<>();
        while (texts.size() < PORTION && source.hasNext()) {
            texts.add(source.next());
        }
        return texts;
    }

    private static void append(FileChannel file, CRC32C checksum, ByteBuffer bytes) throws IOException {
        checksum.update(bytes.duplicate());
        AtomicFile.writeAll(file, bytes);
    }

    private static ByteBuffer bytes(List<String> texts) {
        var lines = new StringBuilder();
        texts.forEach(text -> lines.append(JSON.toJson(text)).append('\n'));
        return ByteBuffer.wrap(Utf8.encode(lines.toString()));
    }

    private static String checksum(CRC32C checksum) {
        return "crc32c:%08x".formatted(checksum.getValue());
    }

    /// What index.json says of it.
    JsonObject fields() {
        return written.values();
    }

    /// How many texts stand in parts before this one.
    long first() {
        return first;
    }

    /// How many texts it has.
    long count() {
        return count;
    }

    private Safetensors openVectors() throws IOException {
        Safetensors file = Safetensors.open(vectors);
        Safetensors.Entry entry = file.entries().get(VECTORS);
        if (entry == null || entry.dtype() != Safetensors.Dtype.F32
                || !Arrays.equals(entry.shape(), new long[] {count, dimensions})) {
            file.close();
            throw new CorruptFileException(vectors, "must hold %s F32(%d, %d), as index.json says; got %s"
                    .formatted(VECTORS, count, dimensions, entry == null ? "nothing of that name" : entry));
        }
        return file;
    }

    /// Passes all vectors on, block after block; the next ones are read meanwhile.
    ///
    /// @throws CorruptFileException if they are not those that were written
    void read(Consumer<VectorBlock> consumer) throws IOException {
        var checksum = new CRC32C();
        int most = VectorBlock.most(dimensions);
        try (Safetensors file = openVectors()) {
            var blocks = new Ahead<>(0, Math.ceilDiv(count, most), AHEAD,
                    i -> block(file, i * most, (int) Math.min(most, count - i * most), checksum));
            while (blocks.hasNext()) {
                consumer.accept(blocks.next());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        require(vectors, VECTORS, checksum);
    }

    private VectorBlock block(Safetensors file, long from, int rows, CRC32C checksum) {
        float[] block = new float[rows * dimensions];
        file.read(VECTORS, from * dimensions, block, 0, block.length);
        checksum.update(Safetensors.bytesOfRows(block));
        return VectorBlock.of(block, dimensions);
    }

    private void require(Path file, String name, CRC32C checksum) throws CorruptFileException {
        if (!written.text(name).equals(checksum(checksum))) {
            throw new CorruptFileException(file,
                    "must be as it was written, with checksum %s; it has %s; it was changed or is damaged, make the index anew"
                            .formatted(written.text(name), checksum(checksum)));
        }
    }

    /// A text, counted from the first of this part on.
    String text(long number) throws IOException {
        long[] ends = ends();
        long begin = number == 0 ? 0 : ends[(int) number - 1];
        byte[] line = new byte[Math.toIntExact(ends[(int) number] - begin)];
        try (var file = new RandomAccessFile(texts.toFile(), "r")) {
            file.seek(begin);
            file.readFully(line);
            return JSON.fromJson(Utf8.decode(texts, line), String.class);
        } catch (JsonParseException e) {
            throw new CorruptFileException(texts, "line %d must be a string of JSON".formatted(number + 1), e);
        }
    }

    /// Where each line ends, the line break included. They are looked for once, and all of the file is checked with them.
    private synchronized long[] ends() throws IOException {
        if (ends.isEmpty()) {
            long[] found = new long[Math.toIntExact(count)];
            var checksum = new CRC32C();
            long lines = 0, at = 0;
            byte[] buffer = new byte[1 << 16];
            try (InputStream in = Files.newInputStream(texts)) {
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    checksum.update(buffer, 0, length);
                    for (int i = 0; i < length; i++) {
                        if (buffer[i] == '\n' && lines < count) {
                            found[(int) lines++] = at + i + 1;
                        }
                    }
                    at += length;
                }
            }
            require(texts, "texts", checksum);
            if (lines != count) {
                throw new CorruptFileException(texts, "must have %d lines; it has %d".formatted(count, lines));
            }
            ends = Optional.of(found);
        }
        return ends.get();
    }
}
