package norma.io;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// One array in a file, in the format of the MNIST database (http://yann.lecun.com/exdb/mnist), as it is or compressed by gzip:
///
/// ```text
/// 2 bytes    0
/// 1 byte     the numbers' type: 08 unsigned byte, 09 byte, 0B short, 0C int, 0D float, 0E double
/// 1 byte     how many axes
/// 4 bytes    for each axis its size
/// the rest   the numbers, row-major; all is big endian
/// ```
///
/// ```java
/// Tensor images = Idx.tensor(Path.of("train-images-idx3-ubyte.gz"));     // (60000, 28, 28), 0 to 255
/// Indices labels = Idx.indices(Path.of("train-labels-idx1-ubyte.gz"));   // (60000)
/// ```
public final class Idx {
    private static final int CHUNK = 1 << 16;

    /// No deflated byte holds more: 258 bytes in two bits.
    private static final int LARGEST_EXPANSION = 1032;

    /// What a number looks like in the file.
    private enum Type {
        UNSIGNED_BYTE(0x08, 1), BYTE(0x09, 1), SHORT(0x0B, 2), INT(0x0C, 4), FLOAT(0x0D, 4), DOUBLE(0x0E, 8);

        private final int code;
        private final int bytes;

        Type(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }
    }

    /// Takes numbers over into an array.
    private interface Decoder {
        /// @param chunk all that is left in it
        /// @param done how many numbers were decoded before
        void decode(ByteBuffer chunk, int done);
    }

    private final Path file;
    private final InputStream in;
    private final Type type;
    private final Shape shape;

    /// Reads and checks what stands before the numbers.
    ///
    /// @param longest how many bytes the file has at most, decompressed
    private Idx(Path file, InputStream in, long longest) throws IOException {
        this.file = file;
        this.in = in;
        byte[] magic = read(4, "the first four bytes");
        this.type = Arrays.stream(Type.values()).filter(t -> magic[0] == 0 && magic[1] == 0 && magic[2] == t.code)
                .findFirst().orElseThrow(() -> corrupt(
                        "must begin with 00 00 and a type from 08 to 0E; begins with %02X %02X %02X; is it an IDX file?"
                                .formatted(magic[0], magic[1], magic[2])));
        int[] dims = dims(Byte.toUnsignedInt(magic[3]));
        this.shape = shape(dims, longest - 4 - 4L * dims.length);
    }

    /// Reads an array as floats: exactly, but for doubles, which are rounded to the nearest.
    ///
    /// @throws CorruptFileException if it is not a whole IDX file
    /// @throws IllegalArgumentException if it has an int that is not exact as a float
    /// @throws IOException if it cannot be read
    public static Tensor tensor(Path file) throws IOException {
        Idx idx = open(file);
        try (idx.in) {
            return idx.tensor();
        }
    }

    /// Reads an array of whole numbers.
    ///
    /// @throws CorruptFileException if it is not a whole IDX file
    /// @throws IllegalArgumentException if it is one of floats or doubles
    /// @throws IOException if it cannot be read
    public static Indices indices(Path file) throws IOException {
        Idx idx = open(file);
        try (idx.in) {
            return idx.indices();
        }
    }

    private static Idx open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK);
        try {
            boolean compressed = isCompressed(in);
            return new Idx(file, compressed ? new GZIPInputStream(in, CHUNK) : in,
                    Files.size(file) * (compressed ? LARGEST_EXPANSION : 1));
        } catch (ZipException | EOFException e) {
            in.close();
            throw notWhole(file, e);
        } catch (Throwable e) {
            in.close();
            throw e;
        }
    }

    private Tensor tensor() throws IOException {
        float[] values = new float[shape.size()];
        readAll((chunk, done) -> {
            for (int i = done; chunk.hasRemaining(); i++) {
                values[i] = switch (type) {
                    case FLOAT -> chunk.getFloat();
                    case DOUBLE -> (float) chunk.getDouble();
                    default -> exact(whole(chunk), i);
                };
            }
        });
        return Tensor.adopt(shape, values);
    }

    private Indices indices() throws IOException {
        if (type == Type.FLOAT || type == Type.DOUBLE) {
            throw new IllegalArgumentException(
                    "Idx %s: must have whole numbers to be indices; it has %ss %s; read it as a tensor"
                            .formatted(file, type.name().toLowerCase(Locale.ROOT), shape));
        }
        int[] values = new int[shape.size()];
        readAll((chunk, done) -> {
            for (int i = done; chunk.hasRemaining(); i++) {
                values[i] = whole(chunk);
            }
        });
        return new Indices(values, shape);
    }

    private int whole(ByteBuffer chunk) {
        return switch (type) {
            case UNSIGNED_BYTE -> Byte.toUnsignedInt(chunk.get());
            case BYTE -> chunk.get();
            case SHORT -> chunk.getShort();
            default -> chunk.getInt();
        };
    }

    private float exact(int value, int at) {
        if ((long) (float) value != value) {
            throw new IllegalArgumentException(
                    "Idx %s: must have numbers that are exact as floats; got %d at position %d of %s; read it as indices"
                            .formatted(file, value, at, shape));
        }
        return value;
    }

    /// Reads all numbers, chunk by chunk, and checks that nothing follows.
    private void readAll(Decoder decoder) throws IOException {
        int part;
        for (int done = 0; done < shape.size(); done += part) {
            part = Math.min(CHUNK / type.bytes, shape.size() - done);
            decoder.decode(ByteBuffer.wrap(read(part * type.bytes, "the numbers of " + shape)), done);
        }
        if (readNBytes(1).hasRemaining()) {
            throw corrupt("must end with the last number of " + shape + "; more follows");
        }
    }

    private int[] dims(int rank) throws IOException {
        if (rank == 0) {
            throw corrupt("must have at least one axis; it has none");
        }
        ByteBuffer sizes = ByteBuffer.wrap(read(4 * rank, "the sizes of " + rank + " axes"));
        int[] dims = new int[rank];
        sizes.asIntBuffer().get(dims);
        return dims;
    }

    /// The shape, if it is one and the rest of the file can hold it: nothing is allocated before.
    private Shape shape(int[] dims, long rest) throws CorruptFileException {
        try {
            Shape found = Shape.of(dims);
            if ((long) found.size() * type.bytes > rest) {
                throw corrupt("must have %d bytes for the numbers of %s; has %d at most; is it whole?"
                        .formatted((long) found.size() * type.bytes, found, rest));
            }
            return found;
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, "the sizes of the axes must be those of a tensor", e);
        }
    }

    private byte[] read(int count, String what) throws IOException {
        ByteBuffer bytes = readNBytes(count);
        if (bytes.remaining() < count) {
            throw corrupt("must not end in " + what);
        }
        return bytes.array();
    }

    /// The next bytes; fewer where the file ends.
    private ByteBuffer readNBytes(int count) throws IOException {
        try {
            return ByteBuffer.wrap(in.readNBytes(count));
        } catch (ZipException | EOFException e) {
            throw notWhole(file, e);
        }
    }

    private static CorruptFileException notWhole(Path file, IOException e) {
        return new CorruptFileException(file, "what gzip has compressed must be whole; " + e.getMessage(), e);
    }

    private CorruptFileException corrupt(String problem) {
        return new CorruptFileException(file, problem);
    }

    private static boolean isCompressed(InputStream in) throws IOException {
        in.mark(2);
        boolean compressed = in.read() == 0x1F && in.read() == 0x8B;
        in.reset();
        return compressed;
    }
}
