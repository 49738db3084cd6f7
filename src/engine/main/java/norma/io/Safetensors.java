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
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.StringJoiner;
import norma.tensor.Indices;
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
/// Which types its numbers have does not matter until somebody asks for them ([Dtype]): a file opens with tensors that can't be
/// read here.
///
/// The file is not mapped into memory: all that is ever read of a mapping counts as the process's memory until it is
/// unmapped, and where another process cuts a mapped file short, reading is an error of the virtual machine. Here it is a
/// [CorruptFileException]. Nor is it read through a channel, which an interrupt would close for all threads.
///
/// Tensors may be read by many threads at once, which take turns. Reading after closing throws `IllegalStateException`; what goes
/// wrong with the file while a tensor is read is thrown as `UncheckedIOException`.
public final class Safetensors implements AutoCloseable {

    /// What a number looks like in the file: the names of the format's own library, version 0.8, and [#UNKNOWN].
    public enum Dtype {
        /// `double`; a `float` is the nearest.
        F64(64),
        /// `float`.
        F32(32),
        /// IEEE half precision.
        F16(16),
        /// The upper half of a `float`.
        BF16(16),
        /// `long`.
        I64(64),
        /// `int`.
        I32(32),
        /// `short`.
        I16(16),
        /// `byte`, -128 to 127.
        I8(8),
        /// 0 to 2^64 - 1; what is 2^63 or more can't be read.
        U64(64),
        /// 0 to 2^32 - 1.
        U32(32),
        /// 0 to 65535.
        U16(16),
        /// 0 to 255.
        U8(8),
        /// A byte, 0 or 1.
        BOOL(8),
        /// Two `float`s, a complex number; not read.
        C64(64),
        /// Eight bits, 4 of them exponent; not read, as all that follow: such numbers mean nothing without their scales, and
        /// where those are is the writer's affair.
        F8_E4M3(8),
        /// Eight bits, 5 of them exponent.
        F8_E5M2(8),
        /// A power of two, the scale of others.
        F8_E8M0(8),
        /// Eight bits, 4 of them exponent, without infinities and a negative zero.
        F8_E4M3FNUZ(8),
        /// Eight bits, 5 of them exponent, without infinities and a negative zero.
        F8_E5M2FNUZ(8),
        /// Six bits, 2 of them exponent, packed.
        F6_E2M3(6),
        /// Six bits, 3 of them exponent, packed.
        F6_E3M2(6),
        /// Four bits, 2 of them exponent, packed.
        F4(4),
        /// A name that is not among these; not read, and its size can't be checked.
        UNKNOWN(0);

        private static final Set<Dtype> FLOATS = EnumSet.of(F64, F32, F16, BF16);
        private static final Set<Dtype> INTEGERS = EnumSet.of(I64, I32, I16, I8, U64, U32, U16, U8, BOOL);

        private final int bits;

        Dtype(int bits) {
            this.bits = bits;
        }

        /// The type of that name, or [#UNKNOWN].
        public static Dtype of(String name) {
            for (Dtype dtype : values()) {
                if (dtype.name().equals(name)) {
                    return dtype;
                }
            }
            return UNKNOWN;
        }

        /// The size of one number; 0 where it is not known.
        public int bits() {
            return bits;
        }

        /// Whether it is a float that can be read: F64, F32, F16 or BF16.
        public boolean isFloat() {
            return FLOATS.contains(this);
        }

        /// Whether it is an integer: I64, I32, I16, I8, U64, U32, U16, U8 or BOOL.
        public boolean isInteger() {
            return INTEGERS.contains(this);
        }
    }

    /// Where a tensor is and what it looks like.
    ///
    /// @param type the name of its numbers' type, as the file has it
    /// @param shape its axes, outermost first; empty for a single number; not copied
    /// @param begin its first byte, counted from the end of the header
    /// @param end the byte after its last
    public record Entry(String type, long[] shape, long begin, long end) {
        /// What its numbers look like.
        public Dtype dtype() {
            return Dtype.of(type);
        }

        /// How many numbers it has.
        public long count() {
            return SafetensorsHeader.count(shape);
        }

        @Override
        public String toString() {
            return type + shapeText(shape);
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

    /// All numbers of a tensor as `float`: F32, F16, BF16, I16, I8, U16, U8 and BOOL as they are, F64 rounded to the nearest, and
    /// I64, I32, U64 and U32 where they are as they are: up to 2^24, and beyond if divisible by the right power of two.
    ///
    /// @throws IllegalArgumentException if there is no such tensor, its type is not among these, or a whole number is not exact
    ///         as a `float`
    public float[] floats(String name) {
        readable(name);
        float[] values = new float[length(name)];
        read(name, 0, values, 0, values.length);
        return values;
    }

    /// Reads a part of a tensor, as [#floats] does.
    ///
    /// @param name which tensor
    /// @param from its first number to read
    /// @param into where to put them
    /// @param offset index of the first there
    /// @param count how many
    public void read(String name, long from, float[] into, int offset, int count) {
        Entry entry = readable(name);
        Objects.checkFromIndexSize(from, count, entry.count());
        Objects.checkFromIndexSize(offset, count, into.length);
        Dtype dtype = entry.dtype();
        read(name, from, count, switch (dtype) {
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
            default -> (chunk, done) -> {
                for (int i = done; chunk.hasRemaining(); i++) {
                    into[offset + i] = exact(name, from + i, whole(name, dtype, chunk));
                }
            };
        });
    }

    /// All numbers of a tensor of integers, exactly; of U64 those below 2^63.
    ///
    /// @throws IllegalArgumentException if there is no such tensor, it is not of integers, or a number is too large
    public long[] longs(String name) {
        Entry entry = readable(name);
        Dtype dtype = entry.dtype();
        if (!dtype.isInteger()) {
            throw mismatch(name, "must be of integers", "read it as floats");
        }
        long[] values = new long[length(name)];
        read(name, 0, values.length, (chunk, done) -> {
            for (int i = done; chunk.hasRemaining(); i++) {
                values[i] = whole(name, dtype, chunk);
            }
        });
        return values;
    }

    /// A tensor in memory, converted as [#floats] does.
    public Tensor tensor(String name) {
        float[] values = floats(name);
        return Tensor.adopt(shape(name), values);
    }

    /// A tensor of integers in memory: ids, classes, positions.
    ///
    /// @throws IllegalArgumentException if there is no such tensor, it is not of integers, or a number is not an `int`
    public Indices indices(String name) {
        long[] longs = longs(name);
        int[] values = new int[longs.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) longs[i];
            if (values[i] != longs[i]) {
                throw unfit(name, "an int", longs[i], i, "read it as longs");
            }
        }
        return new Indices(values, shape(name));
    }

    private Shape shape(String name) {
        return Shape.of(Arrays.stream(entry(name).shape).mapToInt(Math::toIntExact).toArray());
    }

    /// The next whole number of a chunk.
    private long whole(String name, Dtype dtype, ByteBuffer chunk) {
        return switch (dtype) {
            case I64 -> chunk.getLong();
            case I32 -> chunk.getInt();
            case I16 -> chunk.getShort();
            case I8 -> chunk.get();
            case U64 -> signed(name, chunk.getLong());
            case U32 -> Integer.toUnsignedLong(chunk.getInt());
            case U16 -> Short.toUnsignedLong(chunk.getShort());
            case U8, BOOL -> Byte.toUnsignedLong(chunk.get());
            default -> throw new AssertionError(dtype);
        };
    }

    private long signed(String name, long bits) {
        if (bits < 0) {
            throw new IllegalArgumentException("Safetensors %s: tensor %s, %s, must be below 2^63 to be read; it has %s"
                    .formatted(file, name, entry(name), Long.toUnsignedString(bits)));
        }
        return bits;
    }

    private float exact(String name, long at, long value) {
        float rounded = value;
        if ((long) rounded != value || value == Long.MAX_VALUE) {
            throw unfit(name, "a float", value, at, "read it as longs or indices");
        }
        return rounded;
    }

    private IllegalArgumentException unfit(String name, String type, long value, long at, String instead) {
        return new IllegalArgumentException(
                "Safetensors %s: tensor %s, %s, must have numbers that are exact as %s; got %d at position %d; %s"
                        .formatted(file, name, entry(name), type, value, at, instead));
    }

    /// What is known of a tensor whose numbers can be read.
    private Entry readable(String name) {
        Entry entry = entry(name);
        if (!entry.dtype().isFloat() && !entry.dtype().isInteger()) {
            throw mismatch(name, "must be of floats of 16, 32 or 64 bits or of integers to be read",
                    "convert it before, or leave it");
        }
        return entry;
    }

    private synchronized void read(String name, long from, int count, Decoder decoder) {
        if (closed) {
            throw new IllegalStateException(
                    "Safetensors " + file + ": must be open to read " + name + "; it is closed");
        }
        Entry entry = entry(name);
        int bytes = entry.dtype().bits / Byte.SIZE;
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
        int bytes = entry.dtype().bits / Byte.SIZE;
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

    /// What a file of one tensor (rows, columns) of floats begins with, spaces behind it: as long for any number of rows, so that it
    /// can be put there when all rows are written, and they are counted.
    ///
    /// @throws ArithmeticException if the tensor would have 2^63 bytes or more
    public static ByteBuffer headerOfRows(String name, long rows, int columns) {
        long most = Long.MAX_VALUE / ((long) columns * Float.BYTES);
        int longest = SafetensorsHeader.ofRows(name, most, columns).toBytes().getInt(0);
        return SafetensorsHeader.ofRows(name, rows, columns).toBytes(longest);
    }

    /// Rows of floats as they follow a header, in an array of bytes: little-endian.
    ///
    /// @param rows one or more, of the same length
    public static ByteBuffer bytesOfRows(float[]... rows) {
        int columns = rows[0].length;
        ByteBuffer bytes = ByteBuffer.allocate(rows.length * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows.length; i++) {
            bytes.asFloatBuffer().put(i * columns, rows[i]);
        }
        return bytes;
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

    private IllegalArgumentException mismatch(String name, String must, String instead) {
        return new IllegalArgumentException("Safetensors %s: tensor %s %s; it is %s; %s"
                .formatted(file, name, must, entry(name), instead));
    }

    static String shapeText(long[] shape) {
        StringJoiner axes = new StringJoiner(", ", "(", ")");
        for (long axis : shape) {
            axes.add(Long.toString(axis));
        }
        return axes.toString();
    }
}
