package norma.tornado.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import norma.tornado.device.Kernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What TornadoVM would compile to something else, or not at all, does not get into the code of kernels.
class CodeTest {
    private static final Path SOURCES = Path.of("main/java", Code.class.getPackageName().split("\\."));

    /// Classes of the package that hold no code for a device.
    private static final Set<Class<?>> HOST = Set.of(Code.class, Parallel.class);

    /// Kernels that belong to the device itself and to the bench.
    private static final Set<Class<?>> OF_OTHERS = Set.of(TransferCode.class, LimitsCode.class);

    private static List<Class<?>> deviceClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(Code.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path folder = root.resolve(Code.class.getPackageName().replace('.', '/'));
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type = Class.forName(Code.class.getPackageName() + "." + name.replace(".class", ""));
                    if (!HOST.contains(type)) {
                        classes.add(type);
                    }
                }
            }
        }
        return classes;
    }

    @Test
    void codeKeepsTheLaws() throws ReflectiveOperationException, IOException, URISyntaxException {
        List<String> breaches = deviceClasses().stream().flatMap(type -> Laws.breaches(type).stream()).toList();
        assertEquals(List.of(), breaches, () -> String.join("\n", breaches));
        assertTrue(deviceClasses().contains(Maths.class));
    }

    @Test
    void noLoopIsLeftOrCutShort() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.sorted().toList()) {
                assertEquals(List.of(), Laws.breachesOfSource(Files.readString(file)), file.toString());
            }
        }
    }

    @Test
    void allKernelsAreListed() throws ReflectiveOperationException, IOException, URISyntaxException {
        Set<Class<?>> found = new HashSet<>();
        Kernel.in(deviceClasses()).forEach(kernel -> found.add(kernel.method().getDeclaringClass()));
        found.removeAll(OF_OTHERS);
        assertEquals(new HashSet<>(Code.CLASSES), found);
    }

    @Test
    void kernelsOfAClassHaveNamesOfTheirOwn() {
        List<String> names = Kernel.in(Code.CLASSES).stream().map(Kernel::name).toList();
        assertEquals(names.stream().distinct().toList(), names);
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                Arguments.of(Bad.Shift.class, "IUSHR"),
                Arguments.of(Bad.LongShift.class, "LUSHR"),
                Arguments.of(Bad.Throw.class, "ATHROW"),
                Arguments.of(Bad.Catch.class, "catches exceptions"),
                Arguments.of(Bad.OrEqual.class, "compares numbers by <= or >="),
                Arguments.of(Bad.Root.class, "takes the square root of a double"),
                Arguments.of(Bad.Length.class, "ARRAYLENGTH"),
                Arguments.of(Bad.Monitor.class, "MONITORENTER"),
                Arguments.of(Bad.Lambda.class, "INVOKEDYNAMIC"),
                Arguments.of(Bad.Instance.class, "NEW"),
                Arguments.of(Bad.Doubles.class, "makes an array of DOUBLE"),
                Arguments.of(Bad.VariableSize.class, "makes an array of variable size"),
                Arguments.of(Bad.StaticArray.class, "reads the field TABLE"),
                Arguments.of(Bad.StaticWrite.class, "PUTSTATIC"),
                Arguments.of(Bad.Fma.class, "calls java/lang/Math.fma"),
                Arguments.of(Bad.Library.class, "calls java/util/Arrays.fill"),
                Arguments.of(Bad.Recursion.class, "calls itself"),
                Arguments.of(Bad.NotANumber.class, "the literal NaN"),
                Arguments.of(Bad.Infinity.class, "the literal -Infinity"),
                Arguments.of(Bad.Text.class, "the constant text"),
                Arguments.of(Bad.BooleanVariable.class, "boolean positive"),
                Arguments.of(Bad.MethodName.class, "the name sqrt is taken"),
                Arguments.of(Bad.ParameterName.class, "the name constant is taken"),
                Arguments.of(Bad.NotStatic.class, "is not static"),
                Arguments.of(Bad.ReturnFromLoop.class, "returns from a loop"),
                Arguments.of(Bad.Sequential.class, "0 parallel loops, not 1"),
                Arguments.of(Bad.TwoLoops.class, "2 parallel loops, not 1"),
                Arguments.of(Bad.ParallelHelper.class, "1 parallel loops, not 0"),
                Arguments.of(Bad.OtherBound.class, "the parallel loop does not go from 0 to m[0]"),
                Arguments.of(Bad.OtherBegin.class, "the parallel loop does not go from 0 to m[0]"),
                Arguments.of(Bad.OtherStep.class, "the parallel loop's variable is not stepped once by 1"),
                Arguments.of(Bad.WriteOutside.class, "writes outside of the parallel loop"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void eachLawFindsItsBreach(Class<?> type, String breach) {
        List<String> breaches = Laws.breaches(type);
        assertTrue(breaches.stream().anyMatch(found -> found.endsWith(": " + breach)), breaches::toString);
    }

    @Test
    void breaksAreFoundInTheSource() {
        assertEquals(List.of("break", "continue"), Laws.breachesOfSource("""
                // break
                /* continue */
                while (true) { if (breakable) { break; } continue; }
                """));
    }

    @Test
    void goodCodeIsGood() {
        assertEquals(List.of(), Laws.breaches(Good.class));
    }

    private static final class Good {
        private static final float HALF = 0.5f;

        public static void halves(float[] s, int[] m) {
            for (@Parallel
            int i = 0; i < m[0]; i++) {
                float[] pair = new float[2];
                for (int j = 0; j < 2; j++) {
                    pair[j] = s[m[1] + 2 * i + j] * HALF;
                }
                s[m[2] + i] = larger(pair[0], pair[1]);
            }
        }

        private static float larger(float x, float y) {
            if (x > y) {
                return Math.max(x, 0);
            }
            return y;
        }
    }
}
