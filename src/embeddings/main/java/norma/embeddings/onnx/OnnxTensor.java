package norma.embeddings.onnx;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/// A tensor of an ONNX file, row-major. Numbers of other types than float and long are left out, since the graphs of quantized models
/// are refused anyway.
///
/// The message is read field by field instead of by the generated class, so that a weight of 50 MB is never held twice.
///
/// @param name as nodes call it
/// @param shape its axes, outermost first; empty for a single number
/// @param floats its numbers if they are floats, else null
/// @param longs its numbers if they are longs, else null
record OnnxTensor(String name, long[] shape, float[] floats, long[] longs) {
    private static final int FLOAT = 1;
    private static final int LONG = 7;

    private static final int CHUNK = 1 << 16;

    private static final int MOST_AXES = 8;

    /// Reads a `TensorProto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) up to the end of the message.
    static OnnxTensor read(CodedInputStream in) throws IOException {
        var message = new Message(in);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            message.field(tag);
        }
        return message.tensor();
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
        private String name = "";
        private long[] shape = {};
        private int type;
        private float[] floats;
        private long[] longs;

        Message(CodedInputStream in) {
            this.in = in;
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
                case 13 << 3 | 2 -> throw new IOException("tensor %s must be in the file itself; it is in another one"
                        .formatted(name));
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

        /// Little-endian numbers of whatever type. Shape and type come first in every file that was written in the order of its
        /// fields, as protobuf's writers do.
        private void raw() throws IOException {
            int bytes = in.readRawVarint32();
            switch (type) {
                case FLOAT -> {
                    floats = new float[counted(bytes, Float.BYTES)];
                    FloatBuffer to = FloatBuffer.wrap(floats);
                    chunks(bytes, chunk -> to.put(chunk.asFloatBuffer()));
                }
                case LONG -> {
                    longs = new long[counted(bytes, Long.BYTES)];
                    LongBuffer to = LongBuffer.wrap(longs);
                    chunks(bytes, chunk -> to.put(chunk.asLongBuffer()));
                }
                default -> in.skipRawBytes(bytes);
            }
        }

        private void chunks(int bytes, Consumer<ByteBuffer> reader) throws IOException {
            for (int left = bytes; left > 0; left -= CHUNK) {
                reader.accept(ByteBuffer.wrap(in.readRawBytes(Math.min(CHUNK, left))).order(ByteOrder.LITTLE_ENDIAN));
            }
        }

        /// How many numbers so many bytes hold, checked before memory is taken for them.
        private int counted(int bytes, int each) throws IOException {
            if (bytes < 0 || bytes > in.getBytesUntilLimit() || bytes % each != 0) {
                throw new IOException(
                        "tensor %s must have numbers of %d bytes and end before the file does; it has %d bytes of %d"
                                .formatted(name, each, bytes, in.getBytesUntilLimit()));
            }
            return bytes / each;
        }

        OnnxTensor tensor() throws IOException {
            int held = floats != null ? floats.length : longs != null ? longs.length : -1;
            if (held >= 0 && held != count()) {
                throw new IOException("tensor %s %s must have as many numbers as its shape says; it has %d"
                        .formatted(name, Arrays.toString(shape), held));
            }
            return new OnnxTensor(name, shape, floats, longs);
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
