package norma.io;

import static norma.tensor.Numbers.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxTest {

    /// Two images of two rows of three.
    private static final String IMAGES = "00000803 00000002 00000002 00000003 000102030405 fafbfcfdfeff";

    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("array-idx");
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private CorruptFileException refused() {
        var e = assertThrows(CorruptFileException.class, () -> Idx.tensor(file));
        assertSays(e, file + ": ");
        assertThrows(CorruptFileException.class, () -> Idx.indices(file));
        return e;
    }

    @Test
    void imagesAndLabels() throws IOException {
        Files.write(file, bytes(IMAGES));
        Tensor images = Idx.tensor(file);
        assertEquals(Shape.of(2, 2, 3), images.shape());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255}, images.toArray());
        Files.write(file, bytes("00000801 00000003 070009"));
        assertEquals(Shape.of(3), Idx.indices(file).shape());
        assertArrayEquals(new int[] {7, 0, 9}, Idx.indices(file).values());
    }

    /// Whatever the name says.
    @Test
    void compressedFiles() throws IOException {
        Files.write(file, compressed(bytes(IMAGES)));
        assertEquals(255, Idx.tensor(file).toArray()[11]);
        assertEquals(255, Idx.indices(file).values()[11]);
    }

    @ParameterizedTest
    @CsvSource({"08, 00ff, 0, 255", "09, 807f, -128, 127", "0B, 80007fff, -32768, 32767",
            "0C, 80000000 01000000, -2147483648, 16777216", "0D, c0200000 3f800000, -2.5, 1",
            "0E, 3fb999999999999a c004000000000000, 0.1, -2.5"})
    void allTypes(String type, String numbers, float first, float second) throws IOException {
        Files.write(file, bytes("0000" + type + "01 00000002" + numbers));
        assertArrayEquals(new float[] {first, second}, Idx.tensor(file).toArray());
        if (type.compareTo("0D") < 0) {
            assertArrayEquals(new int[] {(int) first, (int) second}, Idx.indices(file).values());
        } else {
            assertSays(assertThrows(IllegalArgumentException.class, () -> Idx.indices(file)), "whole numbers", "(2)",
                    "tensor");
        }
    }

    @Test
    void intsThatNoFloatHoldsAreRefused() throws IOException {
        Files.write(file, bytes("00000C01 00000002 00000001 01000001"));
        assertSays(assertThrows(IllegalArgumentException.class, () -> Idx.tensor(file)), "16777217 at position 1");
        assertEquals(16777217, Idx.indices(file).values()[1]);
    }

    /// Longer than what is read at once.
    @Test
    void longFiles() throws IOException {
        byte[] all = Arrays.copyOf(bytes("00000802 00000003 00015f91"), 12 + 3 * 90001);
        for (int i = 12; i < all.length; i++) {
            all[i] = (byte) (i * 31);
        }
        for (byte[] contents : new byte[][] {all, compressed(all)}) {
            Files.write(file, contents);
            Indices read = Idx.indices(file);
            for (int i = 0; i < read.values().length; i++) {
                assertEquals((i + 12) * 31 & 0xFF, read.values()[i]);
            }
        }
    }

    @Test
    void noNumbersAtAll() throws IOException {
        Files.write(file, bytes("00000D02 00000000 00000005"));
        assertEquals(Shape.of(0, 5), Idx.tensor(file).shape());
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] plain = bytes(IMAGES);
        for (byte[] whole : new byte[][] {plain, compressed(plain)}) {
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, Arrays.copyOf(whole, length));
                refused();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "PNG                  | 89504e47 0d0a1a0a                            | begins with 89 50 4E",
            "little endian        | 03080000 02000000                            | begins with 03 08 00",
            "unknown type         | 00000A01 00000001 00                         | begins with 00 00 0A",
            "no axes              | 00000800 00                                  | at least one axis",
            "one byte too many    | 00000801 00000002 000102                     | more follows",
            "one byte too few     | 00000801 00000003 0001                       | must have 3 bytes",
            "an axis of 4 billion | 00000801 ffffffff 00                         | sizes of the axes",
            "too many numbers     | 00000803 00010000 00010000 00000002 00       | sizes of the axes",
            "zero times too many  | 00000803 00010000 00010000 00000000          | sizes of the axes",
            "many numbers         | 00000D01 7ffffff0 00                         | must have 8589934528 bytes",
            "255 axes             | 000008ff 00000001                            | the sizes of 255 axes",
    })
    void filesThatLie(String what, String hex, String message) throws IOException {
        Files.write(file, bytes(hex));
        assertSays(refused(), message);
        Files.write(file, compressed(bytes(hex)));
        assertThrows(CorruptFileException.class, () -> Idx.tensor(file), what);
    }

    @Test
    void compressedBytesThatAreDamaged() throws IOException {
        byte[] whole = compressed(bytes(IMAGES));
        for (int i = 2; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(file, damaged);
            try {
                assertArrayEquals(Idx.tensor(file).toArray(), Idx.tensor(file).toArray());
            } catch (CorruptFileException e) {
                assertSays(e, file + ": ");
            }
        }
    }

    @Test
    void noFileStaysNoFile() {
        assertThrows(NoSuchFileException.class, () -> Idx.tensor(file));
        assertThrows(IOException.class, () -> Idx.tensor(folder));
    }
}
