package norma.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import norma.io.Safetensors.Array;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that lie. Opening one must end in [CorruptFileException] or in tensors that can be read whole; never in a read
/// outside, memory that the file does not have, or no end.
class SafetensorsHostileTest {

    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.safetensors");
    }

    private byte[] small() throws IOException {
        SequencedMap<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("w", new Array.Floats(new float[] {1, 2, 3, 4, 5, 6}, 0, 2, 3));
        arrays.put("n", new Array.Longs(new long[] {7}, 1));
        arrays.put("b", new Array.Bytes(new byte[] {1, 2, 3}, 3));
        Safetensors.write(file, Map.of("step", "3"), arrays);
        return Files.readAllBytes(file);
    }

    /// Opens the file and reads all of it; says whether it was accepted.
    private boolean accepts() throws IOException {
        try (Safetensors tensors = Safetensors.open(file)) {
            tensors.entries().forEach((name, entry) -> {
                if (!entry.dtype().isFloat() && !entry.dtype().isInteger()) {
                    assertThrows(IllegalArgumentException.class, () -> tensors.floats(name));
                    return;
                }
                int length = entry.dtype().isFloat() ? tensors.floats(name).length : tensors.longs(name).length;
                assertEquals(entry.count(), length);
                assertTrue(length <= 64, name + " has " + length);
            });
            return true;
        } catch (CorruptFileException e) {
            assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
            return false;
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] whole = small();
        assertTrue(accepts());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertTrue(!accepts(), "cut at " + length);
        }
    }

    @Test
    void truncationWhileOpenIsTold() throws IOException {
        byte[] whole = small();
        try (Safetensors tensors = Safetensors.open(file)) {
            Files.write(file, Arrays.copyOf(whole, whole.length - 5));
            assertEquals(7, tensors.longs("n")[0]);
            var e = assertThrows(UncheckedIOException.class, () -> tensors.floats("w"));
            assertTrue(e.getCause() instanceof CorruptFileException && e.getMessage().contains("tensor w"),
                    e.getMessage());
        }
    }

    @Test
    void interruptedThreadReads() throws IOException {
        small();
        try (Safetensors tensors = Safetensors.open(file)) {
            Thread.currentThread().interrupt();
            assertEquals(6, tensors.floats("w").length);
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void trailingBytesAreRefused() throws IOException {
        Files.write(file, Arrays.copyOf(small(), small().length + 1));
        assertTrue(!accepts());
    }

    @Test
    void flippedBitsInTheHeader() throws IOException {
        byte[] whole = small();
        int header = 8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        int refused = 0;
        for (int bit = 0; bit < 8 * header; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            refused += accepts() ? 0 : 1;
        }
        assertTrue(refused > 4 * header, refused + " of " + 8 * header);
    }

    @ParameterizedTest
    @CsvSource({"-1", "0", "9223372036854775807", "100000001", "4294967296", "9"})
    void headerLengthsThatCannotBe(long length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(small()).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        Files.write(file, bytes.array());
        assertTrue(!accepts());
    }

    /// A sparse file, large enough for the header it claims.
    @Test
    void headerOverTheLimitIsNotRead() throws IOException {
        Files.write(file, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(200_000_000).array());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(300_000_000);
        }
        var e = assertThrows(CorruptFileException.class, () -> Safetensors.open(file));
        assertTrue(e.getMessage().contains("at most 100000000 bytes; says 200000000"), e.getMessage());
    }

    /// Each header stands before 24 bytes of data. In it, `x=F32[6]@[0,24]` stands for a tensor's name and entry, and
    /// single quotes for double ones.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "not JSON                | [] | goes wrong at $",
            "no JSON at all          | hello | goes wrong at $",
            "two objects             | {x=F32[6]@[0,24]} {} | goes wrong at $",
            "lenient JSON            | {x:{'dtype':'F32','shape':[6],'data_offsets':[0,24]}} | goes wrong at",
            "no tensor               | {} | must end with the file, at 24",
            "type is not text        | {'x':{'dtype':[],'shape':[6],'data_offsets':[0,24]}} | goes wrong at $.x.dtype",
            "no type                 | {'x':{'shape':[6],'data_offsets':[0,24]}} | tensor x must have a dtype",
            "unknown type, no shape  | {x=F31[-6]@[0,24]} | F31(-6) at [0, 24), must have",
            "unknown type, overlap   | {x=F31[6]@[0,24],y=F31[6]@[0,24]} | must begin at 24",
            "unknown type, too long  | {x=F31[6]@[0,25]} | must end by 24",
            "half a byte             | {x=F4[47]@[0,24]} | must have 4 bits for each number of its shape, and whole bytes",
            "six bits                | {x=F6_E2M3[33]@[0,24]} | must have 6 bits",
            "bits that overflow      | {x=F4[4611686018427387952]@[0,24]} | must have 4 bits",
            "no shape                | {'x':{'dtype':'F32','data_offsets':[0,24]}} | a shape and two data_offsets",
            "no offsets              | {'x':{'dtype':'F32','shape':[6]}} | two data_offsets",
            "three offsets           | {x=F32[6]@[0,24,24]} | two data_offsets",
            "tensor is a number      | {'x':5} | goes wrong at $.x",
            "fractions               | {x=F32[6.5]@[0,24]} | goes wrong at $.x.shape[0]",
            "number too long         | {x=F32[99999999999999999999]@[0,24]} | goes wrong at",
            "infinity                | {x=F32[1e999]@[0,24]} | goes wrong at",
            "size is not the shape's | {x=F32[2,2]@[0,24]} | F32(2, 2) at [0, 24), must have 32",
            "not whole numbers       | {x=F64[2]@[0,20]} | must have 64 bits",
            "negative axes           | {x=F32[-2,-3]@[0,24]} | must have 32 bits",
            "shape that overflows    | {x=F32[4294967296,4294967296,6]@[0,24]} | must have 32",
            "bytes that overflow     | {x=F32[4611686018427387910]@[0,24]} | must have 32 bits",
            "beyond the end          | {x=F32[7]@[0,28]} | must end by 24",
            "far beyond the end      | {x=U8[9223372036854775807]@[0,9223372036854775807]} | by 24",
            "negative offset         | {x=F32[8]@[-8,24]} | must begin at 0",
            "backwards               | {x=F32[6]@[0,-24]} | must end by",
            "gap in front            | {x=F32[5]@[4,24]} | tensor x, F32(5) at [4, 24), must begin at 0",
            "bytes left over         | {x=F32[5]@[0,20]} | at 24 behind the header; ends at 20",
            "metadata is a list      | {'__metadata__':[],x=F32[6]@[0,24]} | $.__metadata__",
            "metadata has an object  | {'__metadata__':{'a':{}},x=F32[6]@[0,24]} | $.__metadata__.a",
            "metadata key twice      | {'__metadata__':{'a':'1','a':'2'},x=F32[6]@[0,24]} | a must come once",
            "metadata twice          | {'__metadata__':{},'__metadata__':{},x=F32[6]@[0,24]} | must come once",
            "name twice              | {x=F32[3]@[0,12],x=F32[3]@[12,24]} | x must come once",
            "overlap                 | {x=F32[4]@[0,16],y=F32[3]@[12,24]} | must begin at 16",
            "same place twice        | {x=F32[6]@[0,24],y=F32[6]@[0,24]} | must begin at 24",
            "gap between             | {x=F32[2]@[0,8],y=F32[3]@[12,24]} | must begin at 8",
    })
    void headersThatLie(String what, String header, String message) throws IOException {
        String json = header.replaceAll("(\\w)=(\\w+)(\\[.*?])@(\\[.*?])",
                "'$1':{'dtype':'$2','shape':$3,'data_offsets':$4}").replace('\'', '"');
        Files.write(file, SafetensorsTest.bytes(json, new byte[24]));
        var e = assertThrows(CorruptFileException.class, () -> Safetensors.open(file), what);
        assertTrue(e.getMessage().startsWith(file + ": ") && e.getMessage().contains(message), e.getMessage());
    }

    /// A shape that no memory holds, of a type without a known size, costs nothing.
    @Test
    void unknownTypeWithAGiantShapeIsNotRead() throws IOException {
        Files.write(file, SafetensorsTest.bytes(
                "{\"x\":{\"dtype\":\"Q4\",\"shape\":[999999999999],\"data_offsets\":[0,1]}}", new byte[1]));
        assertTrue(accepts());
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        Files.write(file, SafetensorsTest.bytes("{\"x\":{\"y\":" + "[".repeat(1_000_000), new byte[0]));
        assertTrue(!accepts());
    }

    @Test
    void headerThatIsNotTextIsRefused() throws IOException {
        byte[] bytes = SafetensorsTest.bytes("{\"x\":{}}", new byte[0]);
        bytes[10] = (byte) 0xFF;
        Files.write(file, bytes);
        var e = assertThrows(CorruptFileException.class, () -> Safetensors.open(file));
        assertTrue(e.getMessage().contains("from byte 10 of the file on"), e.getMessage());
    }

    @Test
    void noFileStaysNoFile() {
        assertThrows(NoSuchFileException.class, () -> Safetensors.open(file));
        assertThrows(IOException.class, () -> Safetensors.open(folder));
    }
}
