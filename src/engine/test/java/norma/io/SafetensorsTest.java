package norma.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.StringJoiner;
import norma.io.Safetensors.Array;
import norma.io.Safetensors.Dtype;
import norma.io.Safetensors.Entry;
import norma.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

    /// What `safetensors` 0.8.0 for Python makes of tensors of seven types.
    private static final String GOLDEN_HEADER = """
            {"__metadata__":{"step":"17"},"b":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},\
            "s":{"dtype":"F64","shape":[],"data_offsets":[16,24]},\
            "e":{"dtype":"F32","shape":[0,3],"data_offsets":[24,24]},\
            "w":{"dtype":"F32","shape":[2,3],"data_offsets":[24,48]},\
            "i":{"dtype":"I32","shape":[1],"data_offsets":[48,52]},\
            "h":{"dtype":"F16","shape":[3],"data_offsets":[52,58]},\
            "u":{"dtype":"U8","shape":[2],"data_offsets":[58,60]},\
            "t":{"dtype":"BOOL","shape":[2],"data_offsets":[60,62]}}""";
    private static final byte[] GOLDEN_DATA = HexFormat.of().parseHex("0100000000000000feffffffffffffff0000000000000440"
            + "0000c03f000080be00004040000000000000807fc2160100f9ffffff003eff7b010000ff0100");

    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.safetensors");
    }

    static byte[] bytes(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json).put(data).array();
    }

    @Test
    void readsWhatPythonWrites() throws IOException {
        Files.write(file, bytes(GOLDEN_HEADER, GOLDEN_DATA));
        assertEquals(542, Files.size(file));
        try (Safetensors tensors = Safetensors.open(file)) {
            assertEquals(Map.of("step", "17"), tensors.metadata());
            assertEquals(List.of("b", "s", "e", "w", "i", "h", "u", "t"), List.copyOf(tensors.entries().keySet()));
            assertArrayEquals(new long[] {1, -2}, tensors.longs("b"));
            assertArrayEquals(new long[] {-7}, tensors.longs("i"));
            assertArrayEquals(new long[] {0, 255}, tensors.longs("u"));
            assertArrayEquals(new long[] {1, 0}, tensors.longs("t"));
            assertArrayEquals(new float[] {2.5f}, tensors.floats("s"));
            assertArrayEquals(new float[0], tensors.floats("e"));
            assertArrayEquals(new float[] {1.5f, -0.25f, 3, 0, Float.POSITIVE_INFINITY, 1e-40f}, tensors.floats("w"));
            assertArrayEquals(new float[] {1.5f, 65504, 0x1p-24f}, tensors.floats("h"));
            Entry w = tensors.entries().get("w");
            assertEquals(Dtype.F32, w.dtype());
            assertArrayEquals(new long[] {2, 3}, w.shape());
            assertEquals(6, w.count());
            assertEquals("F32(2, 3)", w.toString());
        }
    }

    @Test
    void readsBfloat16() throws IOException {
        Files.write(file, bytes("{\"x\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}",
                HexFormat.of().parseHex("c03f80ffc1ff")));
        try (Safetensors tensors = Safetensors.open(file)) {
            float[] x = tensors.floats("x");
            assertArrayEquals(new float[] {1.5f, Float.NEGATIVE_INFINITY}, Arrays.copyOf(x, 2));
            assertTrue(Float.isNaN(x[2]));
        }
    }

    /// The format does not ask for aligned tensors, and older writers do not align them.
    @Test
    void readsTensorsThatAreNotAligned() throws IOException {
        Files.write(file, bytes("{\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}",
                HexFormat.of().parseHex("070000c03f")));
        try (Safetensors tensors = Safetensors.open(file)) {
            assertArrayEquals(new float[] {1.5f}, tensors.floats("x"));
        }
    }

    /// One tensor of each type that integers have, smallest and largest value.
    @Test
    void readsIntegersOfAllSizes() throws IOException {
        Files.write(file, bytes(header("I8", 2, "U8", 2, "I16", 4, "U16", 4, "I32", 8, "U32", 8, "I64", 16, "U64", 16),
                HexFormat.of().parseHex("807f" + "00ff" + "0080ff7f" + "0000ffff" + "00000080ffffff7f"
                        + "00000000ffffffff" + "0000000000000080ffffffffffffff7f"
                        + "0000000000000000ffffffffffffff7f")));
        try (Safetensors tensors = Safetensors.open(file)) {
            assertArrayEquals(new long[] {-128, 127}, tensors.longs("I8"));
            assertArrayEquals(new long[] {0, 255}, tensors.longs("U8"));
            assertArrayEquals(new long[] {-32768, 32767}, tensors.longs("I16"));
            assertArrayEquals(new long[] {0, 65535}, tensors.longs("U16"));
            assertArrayEquals(new long[] {Integer.MIN_VALUE, Integer.MAX_VALUE}, tensors.longs("I32"));
            assertArrayEquals(new long[] {0, 0xFFFFFFFFL}, tensors.longs("U32"));
            assertArrayEquals(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, tensors.longs("I64"));
            assertArrayEquals(new long[] {0, Long.MAX_VALUE}, tensors.longs("U64"));
            assertArrayEquals(new float[] {-128, 127}, tensors.floats("I8"));
            assertArrayEquals(new float[] {0, 65535}, tensors.tensor("U16").toArray());
            assertArrayEquals(new int[] {-32768, 32767}, tensors.indices("I16").values());
            assertEquals(Shape.of(2), tensors.indices("I32").shape());
            float[] part = new float[3];
            tensors.read("I16", 1, part, 2, 1);
            assertArrayEquals(new float[] {0, 0, 32767}, part);
        }
    }

    /// A `float` has 24 bits, an index 31: what does not fit is refused, and nothing is rounded.
    @Test
    void integersThatDoNotFitAreRefused() throws IOException {
        Files.write(file, bytes(header("I32", 8, "U32", 4, "I64", 16, "U64", 8), HexFormat.of().parseHex(
                "0000000101000001" + "ffffffff" + "0000000000000040ffffffffffffff7f" + "0000000000000080")));
        try (Safetensors tensors = Safetensors.open(file)) {
            float[] one = new float[1];
            tensors.read("I32", 0, one, 0, 1);
            assertEquals(1 << 24, one[0]);
            tensors.read("I64", 0, one, 0, 1);
            assertEquals(0x1p62f, one[0]);
            assertTells(() -> tensors.floats("I32"), "tensor I32, I32(2)", "exact as a float", "16777217 at position 1",
                    "longs or indices");
            assertTells(() -> tensors.floats("U32"), "4294967295 at position 0");
            assertTells(() -> tensors.floats("I64"), "9223372036854775807 at position 1");
            assertTells(() -> tensors.indices("U32"), "tensor U32, U32(1)", "exact as an int", "4294967295");
            assertTells(() -> tensors.longs("U64"), "tensor U64, U64(1)", "below 2^63", "9223372036854775808");
            assertTells(() -> tensors.floats("U64"), "below 2^63");
        }
    }

    /// Types that Norma does not read, and one that the format does not have.
    @Test
    void tensorsNobodyAsksForDoNotMatter() throws IOException {
        Files.write(file, bytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"f4\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[4,6]},"
                + "\"f6\":{\"dtype\":\"F6_E3M2\",\"shape\":[2,2],\"data_offsets\":[6,9]},"
                + "\"f8\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[9,10]},"
                + "\"c\":{\"dtype\":\"C64\",\"shape\":[],\"data_offsets\":[10,18]},"
                + "\"q\":{\"dtype\":\"Q4_K\",\"shape\":[256],\"data_offsets\":[18,20]}}",
                HexFormat.of().parseHex("0000c03f" + "00".repeat(16))));
        try (Safetensors tensors = Safetensors.open(file)) {
            assertArrayEquals(new float[] {1.5f}, tensors.floats("a"));
            assertEquals(Dtype.F4, tensors.entries().get("f4").dtype());
            assertEquals(Dtype.UNKNOWN, tensors.entries().get("q").dtype());
            assertEquals(256, tensors.entries().get("q").count());
            for (String name : List.of("f4", "f6", "f8", "c", "q")) {
                assertTells(() -> tensors.floats(name), "tensor " + name, tensors.entries().get(name).toString());
                assertTells(() -> tensors.longs(name), "tensor " + name);
            }
            assertTells(() -> tensors.tensor("q"), "it is Q4_K(256)");
        }
    }

    /// Tensors one behind the other, each named as its type: name, bytes, and so on.
    private static String header(Object... types) {
        StringJoiner header = new StringJoiner(",", "{", "}");
        int at = 0;
        for (int i = 0; i < types.length; i += 2) {
            int end = at + (int) types[i + 1];
            header.add("\"%1$s\":{\"dtype\":\"%1$s\",\"shape\":[%2$d],\"data_offsets\":[%3$d,%4$d]}".formatted(types[i],
                    (end - at) * 8 / Dtype.of((String) types[i]).bits(), at, end));
            at = end;
        }
        return header.toString();
    }

    private static SequencedMap<String, Array> arrays() {
        SequencedMap<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("bytes", new Array.Bytes(new byte[] {0, -1, 2}, 3));
        arrays.put("a.weight \"ü\" 😀", new Array.Floats(new float[] {9, 1, 2, 3, 4, 5, 6, 9}, 1, 2, 3));
        arrays.put("count", new Array.Longs(new long[] {Long.MIN_VALUE}));
        arrays.put("none", new Array.Floats(new float[0], 0, 4, 0));
        return arrays;
    }

    @Test
    void whatIsWrittenComesBack() throws IOException {
        Safetensors.write(file, Map.of("step", "3", "note", "\"\n"), arrays());
        try (Safetensors tensors = Safetensors.open(file)) {
            assertEquals(Map.of("step", "3", "note", "\"\n"), tensors.metadata());
            assertEquals(List.of("count", "a.weight \"ü\" 😀", "none", "bytes"),
                    List.copyOf(tensors.entries().keySet()));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensors.floats("a.weight \"ü\" 😀"));
            assertArrayEquals(new long[] {2, 3}, tensors.entries().get("a.weight \"ü\" 😀").shape());
            assertArrayEquals(new long[] {0, 255, 2}, tensors.longs("bytes"));
            assertArrayEquals(new long[] {Long.MIN_VALUE}, tensors.longs("count"));
            assertEquals(0, tensors.floats("none").length);
        }
    }

    @Test
    void tensorsBeginAtMultiplesOfTheirNumbersSize() throws IOException {
        for (int length = 0; length < 9; length++) {
            Safetensors.write(file, Map.of("key", "x".repeat(length)), arrays());
            long header = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
            assertEquals(0, header % 8);
            try (Safetensors tensors = Safetensors.open(file)) {
                tensors.entries().values().forEach(entry -> assertEquals(0, entry.begin() * 8 % entry.dtype().bits()));
            }
        }
    }

    @Test
    void sameTensorsGiveSameBytes() throws IOException {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("step", "3");
        metadata.put("note", "");
        Safetensors.write(file, metadata, arrays());
        byte[] first = Files.readAllBytes(file);
        Safetensors.write(file, metadata.reversed(), arrays());
        assertArrayEquals(first, Files.readAllBytes(file));
    }

    @Test
    void fileWithoutTensors() throws IOException {
        Safetensors.write(file, Map.of(), new LinkedHashMap<>());
        try (Safetensors tensors = Safetensors.open(file)) {
            assertTrue(tensors.entries().isEmpty() && tensors.metadata().isEmpty());
        }
    }

    /// Longer than the writer's buffer, and not a multiple of it.
    @Test
    void longTensors() throws IOException {
        float[] floats = new float[700_001];
        long[] longs = new long[300_001];
        byte[] bytes = new byte[2_100_001];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 >> 3);
            floats[i % floats.length] = i * 0.5f;
            longs[i % longs.length] = i * 0x123456789L;
        }
        SequencedMap<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("bytes", new Array.Bytes(bytes, bytes.length));
        arrays.put("longs", new Array.Longs(longs, longs.length));
        arrays.put("floats", new Array.Floats(floats, 1, floats.length - 1));
        Safetensors.write(file, Map.of(), arrays);
        try (Safetensors tensors = Safetensors.open(file)) {
            assertArrayEquals(Arrays.copyOfRange(floats, 1, floats.length), tensors.floats("floats"));
            assertArrayEquals(longs, tensors.longs("longs"));
            long[] read = tensors.longs("bytes");
            for (int i = 0; i < bytes.length; i++) {
                assertEquals(Byte.toUnsignedInt(bytes[i]), read[i]);
            }
        }
    }

    @Test
    void partsOfATensor() throws IOException {
        Files.write(file, bytes(GOLDEN_HEADER, GOLDEN_DATA));
        try (Safetensors tensors = Safetensors.open(file)) {
            for (String name : List.of("w", "h", "s")) {
                float[] whole = tensors.floats(name);
                for (int from = 0; from <= whole.length; from++) {
                    float[] into = new float[whole.length + 1];
                    tensors.read(name, from, into, 1, whole.length - from);
                    assertArrayEquals(Arrays.copyOfRange(whole, from, whole.length),
                            Arrays.copyOfRange(into, 1, 1 + whole.length - from));
                    assertEquals(0, into[0]);
                }
            }
            assertThrows(IndexOutOfBoundsException.class, () -> tensors.read("w", 1, new float[9], 0, 6));
            assertThrows(IndexOutOfBoundsException.class, () -> tensors.read("w", -1, new float[9], 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> tensors.read("w", 0, new float[5], 0, 6));
        }
    }

    @Test
    void wrongNameOrTypeIsToldApart() throws IOException {
        Files.write(file, bytes(GOLDEN_HEADER, GOLDEN_DATA));
        Safetensors tensors = Safetensors.open(file);
        assertTells(() -> tensors.floats("x"), "no tensor x", "[b, s, e, w, i, h, u, t]");
        assertTells(() -> tensors.longs("w"), "tensor w", "it is F32(2, 3)", "floats");
        tensors.close();
        assertThrows(IllegalStateException.class, () -> tensors.floats("w"));
    }

    @Test
    void arraysThatDoNotHoldTheirShapeAreRefused() {
        assertTells(() -> new Array.Floats(new float[6], 1, 2, 3), "(2, 3) from 1 on in 6");
        assertTells(() -> new Array.Floats(new float[6], -1, 2), "from -1");
        assertTells(() -> new Array.Floats(new float[6], Integer.MAX_VALUE, 2), "from 2147483647");
        assertTells(() -> new Array.Longs(new long[6], -2, -3), "(-2, -3)");
        assertTells(() -> new Array.Bytes(new byte[6], 1L << 32, 1L << 32), "(4294967296, 4294967296)");
    }

    @Test
    void tensorNamedMetadataIsRefusedAndTheOldFileStays() throws IOException {
        Files.writeString(file, "old");
        SequencedMap<String, Array> arrays = new LinkedHashMap<>(Map.of("__metadata__", new Array.Longs(new long[1])));
        assertTells(() -> Safetensors.write(file, Map.of(), arrays), "__metadata__");
        assertEquals("old", Files.readString(file));
    }

    private static void assertTells(Executable body, String... parts) {
        var e = assertThrows(IllegalArgumentException.class, body);
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }
}
