package norma.embeddings.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/// A tensor of an ONNX file, row-major. Numbers of float16, bfloat16 and double become float, other integers and truth values long. Those
/// of 8 bits are left out, since the graphs of quantized models are refused anyway.
///
/// The message is read field by field instead of by the generated class, so that a weight of 50 MB is never held twice.
///
/// @param name as nodes call it
/// @param type of its numbers, as ONNX counts types
/// @param shape its axes, outermost first; empty for a single number
/// @param floats its numbers if they are floats, else null
/// @param longs its numbers if they are longs, else null
record OnnxTensor(String name, int type, long[] shape, float[] floats, long[] longs) {
    static final int BOOL = 9;
    private static final int FLOAT = 1;
    private static final int INT = 6;
    private static final int LONG = 7;
    private static final int HALF = 10;
    private static final int DOUBLE = 11;
    private static final int BFLOAT = 16;
    private static final Map<Integer, Integer> BYTES =
            Map.of(FLOAT, 4, INT, 4, LONG, 8, BOOL, 1, HALF, 2, DOUBLE, 8, BFLOAT, 2);

    private static final int CHUNK = 1 << 16;

    private static final int MOST_AXES = 8;

    /// Reads a `TensorProto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) up to the end of the message.
    ///
    /// @param folder where other files are that hold numbers, if there is one
    static OnnxTensor read(CodedInputStream in, Optional<Path> folder) throws IOException {
        var message = new Message(in, folder);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            message.field(tag);
        }
        message.external();
        return message.tensor();
    }

    /// Whether a type is one of floats.
    static boolean isFloat(int type) {
        return type == FLOAT || type == HALF || type == DOUBLE || type == BFLOAT;
    }

    /// Whether its numbers have no more than 16 bits.
    boolean isHalf() {
        return type == HALF || type == BFLOAT;
    }

    /// Its numbers for a check.
    OnnxArray array() {
        int[] axes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
        var array = OnnxArray.empty(axes, floats == null);
        Arrays.setAll(array.values(), i -> floats == null ? longs[i] : floats[i]);
        return array;
    }

    /// The first so many rows.
    OnnxTensor rows(int count) {
        long[] axes = shape.clone();
        axes[0] = count;
        return new OnnxTensor(name, type, axes, Arrays.copyOf(floats, (int) (floats.length / shape[0] * count)), null);
    }

    /// The only number.
    ///
    /// @return NaN if it is not one float
    float scalar() {
        return floats != null && floats.length == 1 ? floats[0] : Float.NaN;
    }

    boolean isShaped(long... axes) {
        return Arrays.equals(shape, axes);
    }

    @Override
    public String toString() {
        return name + " " + Arrays.toString(shape);
    }

    /// The fields that have been read so far.
    private static final class Message {
        private final CodedInputStream in;
        private final Optional<Path> folder;
        private final Map<String, String> external = new HashMap<>();
        private String name = "";
        private long[] shape = {};
        private int type;
        private float[] floats;
        private long[] longs;

        Message(CodedInputStream in, Optional<Path> folder) {
            this.in = in;
            this.folder = folder;
        }

        void field(int tag) throws IOException {
            switch (tag) {
                case 1 << 3 -> dim();
                case 1 << 3 | 2 -> packed(this::dim);
                case 2 << 3 -> type = in.readInt32();
                case 4 << 3 | 2 -> packedFloats();
                case 7 << 3 | 2 -> packedLongs();
                case 8 << 3 | 2 -> name = new String(in.readByteArray(), StandardCharsets.UTF_8);
                case 9 << 3 | 2 -> raw();
                case 5 << 3 | 2 -> packedInts();
                case 10 << 3 | 2 -> packedDoubles();
                case 13 << 3 | 2 -> external(in.readByteArray());
                default -> in.skipField(tag);
            }
        }

        private void dim() throws IOException {
            if (shape.length == MOST_AXES) {
                throw new IOException("tensor %s must have at most %d axes".formatted(name, MOST_AXES));
            }
            shape = Arrays.copyOf(shape, shape.length + 1);
            shape[shape.length - 1] = in.readInt64();
        }

        private interface Reader {
            void read() throws IOException;
        }

        private void packed(Reader element) throws IOException {
            int outer = in.pushLimit(in.readRawVarint32());
            while (!in.isAtEnd()) {
                element.read();
            }
            in.popLimit(outer);
        }

        private void packedFloats() throws IOException {
            floats = new float[counted(in.readRawVarint32(), Float.BYTES)];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = in.readFloat();
            }
        }

        private void packedLongs() throws IOException {
            LongStream.Builder values = LongStream.builder();
            packed(() -> values.add(in.readInt64()));
            longs = values.build().toArray();
        }

        private void packedInts() throws IOException {
            packedLongs();
            if (isFloat(type)) {
                floats = new float[longs.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = half((short) longs[i]);
                }
                longs = null;
            }
        }

        private void packedDoubles() throws IOException {
            floats = new float[counted(in.readRawVarint32(), Double.BYTES)];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) in.readDouble();
            }
        }

        /// A key and a value: location, offset, length.
        private void external(byte[] entry) throws IOException {
            StringStringEntryProto pair = StringStringEntryProto.parseFrom(entry);
            external.put(pair.getKey(), pair.getValue());
        }

        /// Little-endian numbers of whatever type. Shape and type come first in every file that was written in the order of its
        /// fields, as protobuf's writers do.
        private void raw() throws IOException {
            int bytes = in.readRawVarint32();
            raw(bytes, in.getBytesUntilLimit(), in::readRawBytes);
        }

        /// Where the next bytes come from.
        private interface Bytes {
            byte[] next(int count) throws IOException;
        }

        private void raw(int bytes, long left, Bytes source) throws IOException {
            if (!BYTES.containsKey(type)) {
                for (int rest = bytes; rest > 0; rest -= CHUNK) {
                    source.next(Math.min(CHUNK, rest));
                }
                return;
            }
            int count = counted(bytes, BYTES.get(type), left);
            if (isFloat(type)) {
                floats = new float[count];
            } else {
                longs = new long[count];
            }
            int done = 0;
            for (int rest = bytes; rest > 0; rest -= CHUNK) {
                done = decoded(ByteBuffer.wrap(source.next(Math.min(CHUNK, rest))).order(ByteOrder.LITTLE_ENDIAN),
                        done);
            }
        }

        private int decoded(ByteBuffer chunk, int done) {
            int at = done;
            while (chunk.hasRemaining()) {
                switch (type) {
                    case FLOAT -> floats[at++] = chunk.getFloat();
                    case HALF, BFLOAT -> floats[at++] = half(chunk.getShort());
                    case DOUBLE -> floats[at++] = (float) chunk.getDouble();
                    case INT -> longs[at++] = chunk.getInt();
                    case LONG -> longs[at++] = chunk.getLong();
                    default -> longs[at++] = chunk.get();
                }
            }
            return at;
        }

        private float half(short bits) {
            return type == HALF ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
        }

        /// Reads numbers that stand in a file beside.
        void external() throws IOException {
            if (external.isEmpty()) {
                return;
            }
            Path path = beside(external.getOrDefault("location", ""));
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
                long offset = Long.parseLong(external.getOrDefault("offset", "0"));
                long length = external.containsKey("length") ? Long.parseLong(external.get("length"))
                        : file.length() - offset;
                if (offset < 0 || length < 0 || length > Integer.MAX_VALUE || offset > file.length() - length) {
                    throw new IOException(
                            "tensor %s must end before %s does; it has %d bytes from %d on".formatted(name,
                                    path, length, offset));
                }
                file.seek(offset);
                raw((int) length, length, count -> {
                    byte[] bytes = new byte[count];
                    file.readFully(bytes);
                    return bytes;
                });
            } catch (NumberFormatException e) {
                throw new IOException(
                        "tensor %s must have an offset and a length in %s; it has %s".formatted(name, path,
                                external),
                        e);
            }
        }

        private Path beside(String location) throws IOException {
            try {
                if (folder.isPresent()) {
                    Path root = folder.get().toAbsolutePath().normalize();
                    Path path = root.resolve(location).normalize();
                    if (path.startsWith(root) && Files.isRegularFile(path)) {
                        return path;
                    }
                }
            } catch (InvalidPathException _) {
                // refused below
            }
            throw new IOException(
                    "tensor %s must be in the file itself or in one beside it; %s is not there; put it there"
                            .formatted(name, location));
        }

        private int counted(int bytes, int each) throws IOException {
            return counted(bytes, each, in.getBytesUntilLimit());
        }

        /// How many numbers so many bytes hold, checked before memory is taken for them.
        private int counted(int bytes, int each, long left) throws IOException {
            if (bytes < 0 || bytes > left || bytes % each != 0) {
                throw new IOException(
                        "tensor %s must have numbers of %d bytes and end before the file does; it has %d bytes of %d"
                                .formatted(name, each, bytes, left));
            }
            return bytes / each;
        }

        OnnxTensor tensor() throws IOException {
            int held = floats != null ? floats.length : longs != null ? longs.length : -1;
            if (held >= 0 && held != count()) {
                throw new IOException("tensor %s %s must have as many numbers as its shape says; it has %d"
                        .formatted(name, Arrays.toString(shape), held));
            }
            return new OnnxTensor(name, type, shape, floats, longs);
        }

        private double count() {
            double count = 1;
            for (long axis : shape) {
                count *= axis;
            }
            return count;
        }
    }
}
