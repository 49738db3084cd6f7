package norma.io;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import norma.io.Safetensors.Array;
import norma.io.Safetensors.Dtype;
import norma.io.Safetensors.Entry;

/// What stands before the tensors in a safetensors file; see [Safetensors] for the format.
///
/// @param metadata the texts under `__metadata__`
/// @param entries the tensors in the order of their bytes, without a gap between them
/// @param end how many bytes of the file are header, its length included
record SafetensorsHeader(Map<String, String> metadata, SequencedMap<String, Entry> entries, long end) {
    private static final String METADATA = "__metadata__";
    private static final int LENGTH = Long.BYTES;

    /// The limit of the format's own library.
    private static final long LARGEST = 100_000_000;

    /// How many numbers a tensor has: the product of its axes, 1 if it has none, -1 if that is not a `long` or an axis
    /// is negative.
    static long count(long[] shape) {
        long count = 1;
        for (long axis : shape) {
            if (axis < 0 || Math.multiplyHigh(count, axis) != 0 || count * axis < 0) {
                return -1;
            }
            count *= axis;
        }
        return count;
    }

    /// The header of a file with one tensor of floats (rows, columns).
    static SafetensorsHeader ofRows(String name, long rows, int columns) {
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        long end = Math.multiplyExact(rows, (long) columns * Float.BYTES);
        entries.put(name, new Entry(Dtype.F32.name(), new long[] {rows, columns}, 0, end));
        return new SafetensorsHeader(Map.of(), entries, 0);
    }

    /// The header of a file to write; metadata by key, so that the same contents give the same bytes.
    static SafetensorsHeader of(Map<String, String> metadata, SequencedMap<String, ? extends Array> arrays) {
        if (arrays.containsKey(METADATA)) {
            throw new IllegalArgumentException("Safetensors: a tensor must not be named " + METADATA);
        }
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        long at = 0;
        for (Dtype dtype : List.of(Dtype.I64, Dtype.F32, Dtype.U8)) {
            for (String name : arrays.keySet()) {
                if (dtypeOf(arrays.get(name)) == dtype) {
                    long[] shape = arrays.get(name).shape();
                    long begin = at;
                    at += count(shape) * dtype.bits() / Byte.SIZE;
                    entries.put(name, new Entry(dtype.name(), shape, begin, at));
                }
            }
        }
        return new SafetensorsHeader(new TreeMap<>(metadata), entries, 0);
    }

    private static Dtype dtypeOf(Array array) {
        return switch (array) {
            case Array.Floats _,Array.Elements _ -> Dtype.F32;
            case Array.Longs _ -> Dtype.I64;
            case Array.Bytes _ -> Dtype.U8;
        };
    }

    /// Length and JSON, filled up with spaces to a multiple of 8 bytes.
    ByteBuffer toBytes() {
        return toBytes(0);
    }

    /// The same with at least so many bytes of JSON and spaces.
    ByteBuffer toBytes(int least) {
        byte[] json = toJson().getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(Math.max(json.length, least), 8) * 8;
        byte[] bytes = Arrays.copyOf(json, padded);
        Arrays.fill(bytes, json.length, padded, (byte) ' ');
        return ByteBuffer.allocate(LENGTH + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(bytes).flip();
    }

    private String toJson() {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name(METADATA).beginObject();
                for (Map.Entry<String, String> line : metadata.entrySet()) {
                    json.name(line.getKey()).value(line.getValue());
                }
                json.endObject();
            }
            for (Map.Entry<String, Entry> tensor : entries.entrySet()) {
                Entry entry = tensor.getValue();
                json.name(tensor.getKey()).beginObject().name("dtype").value(entry.type());
                json.name("shape").beginArray();
                for (long axis : entry.shape()) {
                    json.value(axis);
                }
                json.endArray().name("data_offsets").beginArray().value(entry.begin()).value(entry.end()).endArray();
                json.endObject();
            }
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /// Reads and checks the header of `file`, whose bytes are `in`.
    static SafetensorsHeader read(Path file, RandomAccessFile in) throws IOException {
        long size = in.length();
        if (size < LENGTH) {
            throw new CorruptFileException(file, "must begin with 8 bytes that tell the header's length; has " + size);
        }
        long length = bytes(file, in, LENGTH).getLong();
        if (length < 0 || length > Math.min(LARGEST, size - LENGTH)) {
            throw new CorruptFileException(file, "the header must have at most " + Math.min(LARGEST, size - LENGTH)
                    + " bytes; says " + Long.toUnsignedString(length) + "; is it a safetensors file, and whole?");
        }
        String text = text(file, bytes(file, in, (int) length));
        return new Parser(file).parse(text).check(file, LENGTH + length, size);
    }

    private static ByteBuffer bytes(Path file, RandomAccessFile in, int count) throws IOException {
        byte[] bytes = new byte[count];
        try {
            in.readFully(bytes);
        } catch (EOFException e) {
            throw new CorruptFileException(file, "must not be cut while it is read; it ends in the header", e);
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(Path file, ByteBuffer bytes) throws CorruptFileException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new CorruptFileException(file, "the header must be UTF-8; it is not from byte "
                    + (LENGTH + bytes.position()) + " of the file on", e);
        }
    }

    /// Puts the entries in the order of their bytes and checks that they fill the file and that each fits its shape.
    private SafetensorsHeader check(Path file, long end, long size) throws CorruptFileException {
        List<Map.Entry<String, Entry>> tensors = new ArrayList<>(entries.entrySet());
        tensors.sort(Comparator.comparingLong((Map.Entry<String, Entry> tensor) -> tensor.getValue().begin())
                .thenComparingLong(tensor -> tensor.getValue().end()));
        SequencedMap<String, Entry> ordered = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, Entry> tensor : tensors) {
            Entry entry = tensor.getValue();
            if (entry.begin() != at) {
                throw corrupt(file, tensor, "must begin at " + at + ", where the one before it ends");
            }
            if (entry.end() < at || entry.end() > size - end) {
                throw corrupt(file, tensor, "must end by " + (size - end) + ", the end of the file");
            }
            if (!holdsItsShape(entry)) {
                throw corrupt(file, tensor, "must have " + entry.dtype().bits()
                        + " bits for each number of its shape, and whole bytes; has " + (entry.end() - entry.begin())
                        + " bytes");
            }
            at = entry.end();
            ordered.put(tensor.getKey(), entry);
        }
        if (at != size - end) {
            throw new CorruptFileException(file, "the last tensor must end with the file, at " + (size - end)
                    + " behind the header; ends at " + at);
        }
        return new SafetensorsHeader(metadata, Collections.unmodifiableSequencedMap(ordered), end);
    }

    private static CorruptFileException corrupt(Path file, Map.Entry<String, Entry> tensor, String must) {
        Entry entry = tensor.getValue();
        return new CorruptFileException(file, "tensor %s, %s at [%d, %d), %s".formatted(tensor.getKey(), entry,
                entry.begin(), entry.end(), must));
    }

    /// Whether a tensor has as many bytes as its shape asks for; of a type that is not known, whether the shape can be.
    private static boolean holdsItsShape(Entry entry) {
        long count = count(entry.shape());
        long bits = entry.dtype().bits();
        if (count < 0 || entry.dtype() == Dtype.UNKNOWN) {
            return count >= 0;
        }
        return Math.multiplyHigh(count, bits) == 0 && count * bits >= 0 && count * bits % Byte.SIZE == 0
                && count * bits / Byte.SIZE == entry.end() - entry.begin();
    }

    /// A few names of tensors, for messages.
    String names() {
        List<String> names = new ArrayList<>(entries.keySet());
        return names.size() <= 8 ? names.toString() : names.subList(0, 8) + " and " + (names.size() - 8) + " more";
    }

    /// Reads the JSON and nothing else: that each field is there once and has its type.
    private static final class Parser {
        private final Path file;

        Parser(Path file) {
            this.file = file;
        }

        SafetensorsHeader parse(String text) throws CorruptFileException {
            JsonReader json = new JsonReader(new StringReader(text));
            json.setStrictness(Strictness.STRICT);
            try {
                SafetensorsHeader header = header(json);
                json.peek(); // throws if anything follows
                return header;
            } catch (CorruptFileException e) {
                throw e;
            } catch (IOException | IllegalStateException | NumberFormatException e) {
                throw new CorruptFileException(file, "the header must be a JSON object of tensors; goes wrong at "
                        + json.getPath(), e);
            }
        }

        private SafetensorsHeader header(JsonReader json) throws IOException {
            Map<String, String> metadata = null;
            SequencedMap<String, Entry> entries = new LinkedHashMap<>();
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals(METADATA)) {
                    once(metadata == null, name);
                    metadata = metadata(json);
                } else {
                    once(!entries.containsKey(name), name);
                    entries.put(name, entry(json, name));
                }
            }
            json.endObject();
            return new SafetensorsHeader(metadata == null ? Map.of() : metadata, entries, 0);
        }

        private Map<String, String> metadata(JsonReader json) throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>();
            json.beginObject();
            while (json.hasNext()) {
                String key = json.nextName();
                once(metadata.put(key, json.nextString()) == null, METADATA + "." + key);
            }
            json.endObject();
            return Collections.unmodifiableMap(metadata);
        }

        private Entry entry(JsonReader json, String name) throws IOException {
            String dtype = null;
            long[] shape = null;
            long[] range = null;
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "dtype" -> dtype = json.nextString();
                    case "shape" -> shape = longs(json);
                    case "data_offsets" -> range = longs(json);
                    default -> json.skipValue();
                }
            }
            json.endObject();
            if (dtype == null || shape == null || range == null || range.length != 2) {
                throw new CorruptFileException(file,
                        "tensor " + name + " must have a dtype, a shape and two data_offsets");
            }
            return new Entry(dtype, shape, range[0], range[1]);
        }

        private static long[] longs(JsonReader json) throws IOException {
            long[] values = new long[4];
            int count = 0;
            json.beginArray();
            while (json.hasNext()) {
                if (count == values.length) {
                    values = Arrays.copyOf(values, 2 * count);
                }
                values[count++] = json.nextLong();
            }
            json.endArray();
            return Arrays.copyOf(values, count);
        }

        private void once(boolean first, String name) throws CorruptFileException {
            if (!first) {
                throw new CorruptFileException(file, name + " must come once; comes again");
            }
        }
    }
}
