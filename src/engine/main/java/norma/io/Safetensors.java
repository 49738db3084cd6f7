package norma.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.StringJoiner;
import norma.data.AtomicFile;
import norma.data.CorruptFileException;

/// Named tensors in a file, in the format of https://github.com/huggingface/safetensors:
///
/// ```text
/// 8 bytes    n, little endian
/// n bytes    JSON, {"__metadata__": {"key": "text"},
///                   "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
/// the rest   the tensors, row-major, little endian; offsets count from here
/// ```
///
/// Reading maps the file into memory, so opening costs the header only and a tensor is read when it is asked for. The
/// header is checked before anything else is believed: every byte behind it must belong to one tensor, and each tensor
/// has as many bytes as its shape asks for.
///
/// Tensors may be read by many threads at once. Closing ends the mapping; reading afterwards throws
/// `IllegalStateException`.
public final class Safetensors implements AutoCloseable {

    /// What a number looks like in the file.
    public enum Dtype {
        /// `double`.
        F64(8),
        /// `float`.
        F32(4),
        /// IEEE half precision.
        F16(2),
        /// The upper half of a `float`.
        BF16(2),
        /// `long`.
        I64(8),
        /// `int`.
        I32(4),
        /// A byte, 0 to 255.
        U8(1),
        /// A byte, 0 or 1.
        BOOL(1);

        private final int bytes;

        Dtype(int bytes) {
            this.bytes = bytes;
        }

        /// The size of one number.
        public int bytes() {
            return bytes;
        }
    }

    /// Where a tensor is and what it looks like.
    ///
    /// @param dtype its numbers
    /// @param shape its axes, outermost first; empty for a single number; not copied
    /// @param begin its first byte, counted from the end of the header
    /// @param end the byte after its last
    public record Entry(Dtype dtype, long[] shape, long begin, long end) {
        /// How many numbers it has.
        public long count() {
            return (end - begin) / dtype.bytes;
        }

        @Override
        public String toString() {
            return dtype + shapeText(shape);
        }
    }

    /// A tensor to write. Its values are read when the file is written, and are not copied before.
    public sealed interface Array {
        /// Its axes, outermost first.
        long[] shape();

        /// Written as F32.
        ///
        /// @param values holds the numbers
        /// @param offset index of the first
        /// @param shape its axes, outermost first
        record Floats(float[] values, int offset, long... shape) implements Array {
            /// @throws IllegalArgumentException if `values` ends before the tensor does
            public Floats {
                checkFits(values.length, offset, shape);
            }
        }

        /// Written as I64.
        ///
        /// @param values holds the numbers, from the first
        /// @param shape its axes, outermost first
        record Longs(long[] values, long... shape) implements Array {
            /// @throws IllegalArgumentException if `values` ends before the tensor does
            public Longs {
                checkFits(values.length, 0, shape);
            }
        }

        /// Written as U8.
        ///
        /// @param values holds the numbers, from the first
        /// @param shape its axes, outermost first
        record Bytes(byte[] values, long... shape) implements Array {
            /// @throws IllegalArgumentException if `values` ends before the tensor does
            public Bytes {
                checkFits(values.length, 0, shape);
            }
        }

        private static void checkFits(int length, int offset, long[] shape) {
            long count = SafetensorsHeader.count(shape);
            if (offset < 0 || count < 0 || count > length - offset) {
                throw new IllegalArgumentException("Safetensors: an array must hold its shape; got " + shapeText(shape)
                        + " from " + offset + " on in " + length + " values");
            }
        }
    }

    private static final int CHUNK = 1 << 20;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;

    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private Safetensors(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.file = file;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /// Opens a file and checks its header.
    ///
    /// @throws CorruptFileException if it is not a whole safetensors file: names the tensor and what must hold
    /// @throws IOException if it cannot be read
    public static Safetensors open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": must be a file; it is a folder");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            SafetensorsHeader header = SafetensorsHeader.read(file, channel);
            MemorySegment data = channel.map(MapMode.READ_ONLY, header.end(), channel.size() - header.end(), arena);
            return new Safetensors(file, arena, data, header);
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /// The texts under `__metadata__`; empty if the file has none.
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /// All tensors by name, in the order in which they stand in the file.
    public SequencedMap<String, Entry> entries() {
        return header.entries();
    }

    /// All numbers of a tensor of F64, F32, F16 or BF16; F64 is rounded to `float`.
    public float[] floats(String name) {
        float[] values = new float[length(name)];
        read(name, 0, values, 0, values.length);
        return values;
    }

    /// Reads a part of a tensor of F64, F32, F16 or BF16.
    ///
    /// @param name which tensor
    /// @param from its first number to read
    /// @param into where to put them
    /// @param offset index of the first there
    /// @param count how many
    public void read(String name, long from, float[] into, int offset, int count) {
        Entry entry = entry(name);
        Objects.checkFromIndexSize(from, count, entry.count());
        Objects.checkFromIndexSize(offset, count, into.length);
        long at = entry.begin + from * entry.dtype.bytes;
        switch (entry.dtype) {
            case F32 -> MemorySegment.copy(data, F32, at, into, offset, count);
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    into[offset + i] = (float) data.get(F64, at + 8L * i);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    into[offset + i] = Float.float16ToFloat(data.get(I16, at + 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    into[offset + i] = Float.intBitsToFloat(data.get(I16, at + 2L * i) << 16);
                }
            }
            default -> throw mismatch(name, entry, "F64, F32, F16 or BF16", "longs");
        }
    }

    /// All numbers of a tensor of I64, I32, U8 or BOOL.
    public long[] longs(String name) {
        Entry entry = entry(name);
        long[] values = new long[length(name)];
        switch (entry.dtype) {
            case I64 -> MemorySegment.copy(data, I64, entry.begin, values, 0, values.length);
            case I32 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = data.get(I32, entry.begin + 4L * i);
                }
            }
            case U8, BOOL -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Byte.toUnsignedLong(data.get(U8, entry.begin + i));
                }
            }
            default -> throw mismatch(name, entry, "I64, I32, U8 or BOOL", "floats");
        }
        return values;
    }

    /// Ends the mapping of the file.
    @Override
    public void close() {
        arena.close();
    }

    /// Writes a file, whole or not at all, replacing one that is there.
    ///
    /// As in the format's own library, tensors of larger numbers come first, so that each begins at a multiple of its
    /// numbers' size; among equals the order of `arrays` is kept.
    ///
    /// @param metadata texts for `__metadata__`; left out if empty
    /// @param arrays the tensors by name
    /// @throws IOException if it cannot be written; a file that was there is then as it was
    public static void write(Path file, Map<String, String> metadata, SequencedMap<String, ? extends Array> arrays)
            throws IOException {
        SafetensorsHeader header = SafetensorsHeader.of(metadata, arrays);
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK).order(ORDER);
        AtomicFile.write(file, channel -> {
            AtomicFile.writeAll(channel, header.toBytes());
            for (String name : header.entries().keySet()) {
                write(channel, chunk, arrays.get(name), header.entries().get(name));
            }
        });
    }

    private static void write(FileChannel channel, ByteBuffer chunk, Array array, Entry entry) throws IOException {
        int bytes = entry.dtype.bytes;
        int count = (int) entry.count();
        int part;
        for (int from = 0; from < count; from += part) {
            part = Math.min(CHUNK / bytes, count - from);
            chunk.clear();
            switch (array) {
                case Array.Floats floats -> chunk.asFloatBuffer().put(floats.values, floats.offset + from, part);
                case Array.Longs longs -> chunk.asLongBuffer().put(longs.values, from, part);
                case Array.Bytes b -> chunk.duplicate().put(b.values, from, part);
            }
            AtomicFile.writeAll(channel, chunk.limit(part * bytes));
        }
    }

    private Entry entry(String name) {
        Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException("Safetensors " + file + ": has no tensor " + name + "; it has "
                    + header.names());
        }
        return entry;
    }

    private int length(String name) {
        long count = entry(name).count();
        if (count > LARGEST_ARRAY) {
            throw new IllegalArgumentException("Safetensors " + file + ": tensor " + name + " must have at most "
                    + LARGEST_ARRAY + " numbers to fit an array; it has " + count + "; read it in parts");
        }
        return (int) count;
    }

    private IllegalArgumentException mismatch(String name, Entry entry, String must, String instead) {
        return new IllegalArgumentException("Safetensors " + file + ": tensor " + name + " must be " + must + "; it is "
                + entry + "; read it as " + instead);
    }

    static String shapeText(long[] shape) {
        StringJoiner axes = new StringJoiner(", ", "(", ")");
        for (long axis : shape) {
            axes.add(Long.toString(axis));
        }
        return axes.toString();
    }
}
