package norma.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.StringJoiner;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Named tensors in a file, in the format of https://github.com/huggingface/safetensors:
///
/// ```text
/// 8 bytes    n, little endian
/// n bytes    JSON, {"__metadata__": {"key": "text"},
///                   "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
/// the rest   the tensors, row-major, little endian; offsets count from here
/// ```
///
/// Opening costs the header only; a tensor is read when it is asked for, in small chunks. The header is checked before anything
/// else is believed: every byte behind it must belong to one tensor, and each tensor has as many bytes as its shape asks for.
///
/// The file is not mapped into memory: all that is ever read of a mapping counts as the process's memory until it is
/// unmapped, and where another process cuts a mapped file short, reading is an error of the virtual machine. Here it is a
/// [CorruptFileException]. Nor is it read through a channel, which an interrupt would close for all threads.
///
/// Tensors may be read by many threads at once, which take turns. Reading after closing throws `IllegalStateException`; what goes
/// wrong with the file while a tensor is read is thrown as `UncheckedIOException`.
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

        /// A tensor's elements, written as F32.
        static Array of(Tensor tensor) {
            return new Elements(tensor, axes(tensor.shape()));
        }

        /// Written as F32.
        ///
        /// @param tensor has the numbers
        /// @param shape its axes, outermost first
        record Elements(Tensor tensor, long... shape) implements Array {
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

    /// Small enough for what is read to be in the cache when it becomes numbers.
    private static final int CHUNK = 1 << 16;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /// Decodes the numbers of a part of a tensor.
    private interface Decoder {
        /// @param chunk all that is left in it
        /// @param done how many numbers were decoded before
        void decode(ByteBuffer chunk, int done);
    }

    private final Path file;
    private final RandomAccessFile data;
    private final SafetensorsHeader header;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ORDER);
    private boolean closed;

    private Safetensors(Path file, RandomAccessFile data) throws IOException {
        this.file = file;
        this.data = data;
        this.header = SafetensorsHeader.read(file, data);
    }

    /// Opens a file and checks its header.
    ///
    /// @throws CorruptFileException if it is not a whole safetensors file: names the tensor and what must hold
    /// @throws IOException if it cannot be read
    public static Safetensors open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": must be a file; it is a folder");
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        RandomAccessFile data = new RandomAccessFile(file.toFile(), "r");
        try {
            return new Safetensors(file, data);
        } catch (Throwable e) {
            data.close();
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
        read(name, from, count, switch (entry.dtype) {
            case F32 ->
                (chunk, done) -> chunk.asFloatBuffer().get(into, offset + done, chunk.remaining() / Float.BYTES);
            case F64 -> (chunk, done) -> {
                for (int i = offset + done; chunk.hasRemaining(); i++) {
                    into[i] = (float) chunk.getDouble();
                }
            };
            case F16 -> (chunk, done) -> {
                for (int i = offset + done; chunk.hasRemaining(); i++) {
                    into[i] = Float.float16ToFloat(chunk.getShort());
                }
            };
            case BF16 -> (chunk, done) -> {
                for (int i = offset + done; chunk.hasRemaining(); i++) {
                    into[i] = Float.intBitsToFloat(chunk.getShort() << 16);
                }
            };
            default -> throw mismatch(name, entry, "F64, F32, F16 or BF16", "longs");
        });
    }

    /// All numbers of a tensor of I64, I32, U8 or BOOL.
    public long[] longs(String name) {
        Entry entry = entry(name);
        long[] values = new long[length(name)];
        read(name, 0, values.length, switch (entry.dtype) {
            case I64 -> (chunk, done) -> chunk.asLongBuffer().get(values, done, chunk.remaining() / Long.BYTES);
            case I32 -> (chunk, done) -> {
                for (int i = done; chunk.hasRemaining(); i++) {
                    values[i] = chunk.getInt();
                }
            };
            case U8, BOOL -> (chunk, done) -> {
                for (int i = done; chunk.hasRemaining(); i++) {
                    values[i] = Byte.toUnsignedLong(chunk.get());
                }
            };
            default -> throw mismatch(name, entry, "I64, I32, U8 or BOOL", "floats");
        });
        return values;
    }

    private synchronized void read(String name, long from, int count, Decoder decoder) {
        if (closed) {
            throw new IllegalStateException(
                    "Safetensors " + file + ": must be open to read " + name + "; it is closed");
        }
        Entry entry = entry(name);
        int bytes = entry.dtype.bytes;
        try {
            data.seek(header.end() + entry.begin + from * bytes);
            for (int done = 0; done < count; done += chunk.limit() / bytes) {
                chunk.clear().limit((int) Math.min(CHUNK, (long) (count - done) * bytes));
                data.readFully(chunk.array(), 0, chunk.limit());
                decoder.decode(chunk, done);
            }
        } catch (EOFException e) {
            throw new UncheckedIOException(
                    new CorruptFileException(file, "must not be cut while it is read; it ends in tensor " + name, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Closes the file.
    @Override
    public synchronized void close() {
        closed = true;
        try {
            data.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        if (array instanceof Array.Elements elements) {
            write(channel, chunk, new Array.Floats(elements.tensor.toArray(), 0, entry.shape), entry);
            return;
        }
        int bytes = entry.dtype.bytes;
        int count = (int) entry.count();
        int part;
        for (int from = 0; from < count; from += part) {
            part = Math.min(CHUNK / bytes, count - from);
            chunk.clear();
            switch (array) {
                case Array.Floats floats -> chunk.asFloatBuffer().put(floats.values, floats.offset + from, part);
                case Array.Elements _ -> throw new AssertionError("read before");
                case Array.Longs longs -> chunk.asLongBuffer().put(longs.values, from, part);
                case Array.Bytes b -> chunk.duplicate().put(b.values, from, part);
            }
            AtomicFile.writeAll(channel, chunk.limit(part * bytes));
        }
    }

    /// The axes of a shape as a file has them.
    public static long[] axes(Shape shape) {
        return Arrays.stream(shape.toArray()).asLongStream().toArray();
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
