package norma.kernel.contract;

import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSameBits;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.ConvolutionKernel.Sizes;
import norma.kernel.contract.MatmulKernel.Epilogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Convolution against its formula in double, and its laws.
class ConvolutionKernelTest {
    private static final Window ONE = Window.of(1), THREE = Window.of(3).padding(1);

    static List<Kernels> sets() {
        return Samples.sets();
    }

    private static Sizes sizes(int batch, int channels, int out, int groups, int height, int width, Window down,
            Window across) {
        return new Sizes(batch, channels, out, groups, new WindowGeometry(height, width, down, across));
    }

    private static Sizes square(int batch, int channels, int out, int size, Window window) {
        return sizes(batch, channels, out, 1, size, size, window, window);
    }

    static Stream<Arguments> problems() {
        List<Sizes> all = new ArrayList<>();
        for (int size : new int[] {1, 3, 13, 17, 32, 63}) {
            all.add(square(2, 3, 9, size, THREE));
            all.add(square(1, 5, 4, size, ONE));
            all.add(square(2, 2, 17, size, THREE.stride(2)));
            all.add(square(1, 3, 1, size, ONE.stride(2)));
            all.add(square(1, 2, 3, size, Window.of(5).padding(4).dilation(2)));
            all.add(sizes(2, 6, 6, 6, size, size, THREE, THREE));
            all.add(sizes(1, 4, 8, 4, size, size, THREE.stride(2), THREE.stride(2)));
            all.add(sizes(1, 6, 12, 3, size, size, THREE, THREE));
        }
        all.add(sizes(1, 3, 5, 1, 207, 5, Window.of(7).stride(3).padding(2), Window.of(2)));
        all.add(sizes(1, 3, 8, 1, 1, 702, ONE, Window.of(3).stride(2).padding(1).dilation(3)));
        all.add(square(1, 200, 33, 14, Window.of(3)));
        all.add(square(40, 2, 20, 7, THREE));
        all.add(square(1, 16, 130, 9, THREE));
        all.add(square(1, 2, 2, 300, THREE));
        all.add(square(1, 1, 1, 2, Window.of(2).stride(4).padding(3)));
        var random = new SplittableRandom(7);
        for (int i = 0; i < 40; i++) {
            int groups = random.nextInt(1, 4);
            all.add(sizes(random.nextInt(1, 4), groups * random.nextInt(1, 6), groups * random.nextInt(1, 20), groups,
                    random.nextInt(10, 40), random.nextInt(10, 40), window(random), window(random)));
        }
        return Samples.sets().stream().flatMap(set -> all.stream().map(s -> Arguments.of(set, s)));
    }

    private static Window window(SplittableRandom random) {
        return new Window(random.nextInt(1, 5), random.nextInt(1, 4), random.nextInt(0, 4), random.nextInt(1, 4),
                random.nextBoolean());
    }

    private static int xLength(Sizes s) {
        return s.batch() * s.channels() * s.geometry().plane();
    }

    private static int yLength(Sizes s) {
        return s.batch() * s.outChannels() * s.geometry().outPlane();
    }

    // ---- The formula ----

    private interface Term {
        void at(int x, int w, int y);
    }

    /// Calls `term` for each product of an input and a weight that an output is made of.
    private static void forEachTerm(Sizes s, Term term) {
        WindowGeometry z = s.geometry();
        int outputs = z.outPlane(), depth = s.groupChannels();
        for (int y = 0; y < yLength(s); y++) {
            int n = y / outputs / s.outChannels(), o = y / outputs % s.outChannels();
            int i = y % outputs / z.outWidth(), j = y % z.outWidth();
            for (int k = 0; k < s.depth(); k++) {
                int c = o / s.groupOutChannels() * depth + k / z.taps();
                int in = z.vertical().input(i, k % z.taps() / z.horizontal().size());
                int jn = z.horizontal().input(j, k % z.horizontal().size());
                if (in >= 0 && in < z.height() && jn >= 0 && jn < z.width()) {
                    term.at(((n * s.channels() + c) * z.height() + in) * z.width() + jn, o * s.depth() + k, y);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void isItsFormula(Kernels kernels, Sizes s) {
        Floats x = normal(xLength(s), 1), w = normal(s.weights(), 2), b = normal(s.outChannels(), 3);
        Floats dy = normal(yLength(s), 4), y = room(yLength(s)), plain = room(yLength(s));
        Floats dx = room(xLength(s)), dw = room(s.weights());
        ConvolutionKernel convolution = kernels.convolution();
        convolution.forward(s, x, w, b, y);
        convolution.forward(s, x, w, null, plain);
        convolution.inputGradient(s, dy, w, dx);
        convolution.weightGradient(s, x, dy, dw);

        double[] wantY = new double[y.length()], wantX = new double[x.length()], wantW = new double[w.length()];
        forEachTerm(s, (i, k, o) -> {
            wantY[o] += (double) x.get(i) * w.get(k);
            wantX[i] += (double) dy.get(o) * w.get(k);
            wantW[k] += (double) dy.get(o) * x.get(i);
        });
        int plane = s.geometry().outPlane();
        assertClose(i -> wantY[i] + b.get(i / plane % s.outChannels()), y, rounding(s.depth()));
        assertClose(i -> wantY[i], plain, rounding(s.depth()));
        assertClose(i -> wantX[i], dx, rounding(s.groupOutChannels() * s.geometry().taps()));
        assertClose(i -> wantW[i], dw, rounding(s.batch() * plane));
    }

    /// A chain of n terms of N(0, 1) is some sqrt(n) large in all its n additions, so its error is some eps n.
    private static double rounding(int terms) {
        return 1e-7 * (50 + terms);
    }

    // ---- Laws ----

    @ParameterizedTest
    @MethodSource("sets")
    void oneByOneIsAMatrixProduct(Kernels kernels) {
        for (int size : new int[] {3, 13, 17, 32}) {
            Sizes s = square(3, 7, 12, size, ONE);
            Floats x = normal(xLength(s), 1), w = normal(s.weights(), 2), y = room(yLength(s)), want = room(yLength(s));
            kernels.convolution().forward(s, x, w, null, y);
            int plane = size * size;
            kernels.matmul().multiply(new Matrix(w, 3, 12, 7, 0, 7, 1), Matrix.batch(x, 3, 7, plane),
                    Matrix.batch(want, 3, 12, plane), Epilogue.NONE);
            assertSameBits(want, y);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aKernelThatIsOneInTheMiddleIsTheIdentity(Kernels kernels) {
        for (int groups : new int[] {1, 6}) {
            Sizes s = sizes(2, 6, 6, groups, 13, 17, THREE, THREE);
            Floats x = normal(xLength(s), 1), w = Floats.zeros(s.weights()), y = room(yLength(s));
            for (int o = 0; o < 6; o++) {
                w.array()[o * s.depth() + o % s.groupChannels() * 9 + 4] = 1;
            }
            kernels.convolution().forward(s, x, w, null, y);
            assertSameBits(x, y);
            kernels.convolution().inputGradient(s, x, w, y);
            assertSameBits(x, y);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whatMovesInMovesOut(Kernels kernels) {
        Sizes s = square(1, 3, 8, 20, Window.of(3));
        Floats w = normal(s.weights(), 2), still = room(yLength(s)), moved = room(yLength(s));
        Floats big = normal(3 * 23 * 25, 1);
        kernels.convolution().forward(s, part(big, 0, 0), w, null, still);
        kernels.convolution().forward(s, part(big, 2, 3), w, null, moved);
        for (int o = 0; o < 8; o++) {
            for (int i = 0; i < 16; i++) {
                for (int j = 0; j < 15; j++) {
                    assertEquals(still.get((o * 18 + i + 2) * 18 + j + 3), moved.get((o * 18 + i) * 18 + j));
                }
            }
        }
    }

    /// 20 rows and columns of three planes of (23, 25).
    private static Floats part(Floats big, int row, int column) {
        return Samples.of(3 * 400, i -> big.get((i / 400 * 23 + i % 400 / 20 + row) * 25 + i % 20 + column));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void gradientsAreAdjoint(Kernels kernels, Sizes s) {
        Floats x = normal(xLength(s), 1), w = normal(s.weights(), 2), dy = normal(yLength(s), 3);
        Floats y = room(yLength(s)), dx = room(xLength(s)), dw = room(s.weights());
        kernels.convolution().forward(s, x, w, null, y);
        kernels.convolution().inputGradient(s, dy, w, dx);
        kernels.convolution().weightGradient(s, x, dy, dw);
        double size = Math.sqrt(dot(y, y) * dot(dy, dy)) + 1;
        assertEquals(dot(y, dy), dot(x, dx), 1e-6 * size);
        assertEquals(dot(y, dy), dot(w, dw), 1e-6 * size);
    }

    private static double dot(Floats x, Floats y) {
        return IntStream.range(0, x.length()).mapToDouble(i -> (double) x.get(i) * y.get(i)).sum();
    }

    @ParameterizedTest
    @MethodSource("sets")
    void groupsAreConvolutionsOfTheirOwn(Kernels kernels) {
        int channels = 4, out = 10, plane = 13 * 13;
        Sizes whole = sizes(1, 3 * channels, 3 * out, 3, 13, 13, THREE, THREE);
        Sizes part = square(1, channels, out, 13, THREE);
        Floats x = normal(xLength(whole), 1), w = normal(whole.weights(), 2), y = room(yLength(whole)),
                one = room(yLength(part));
        kernels.convolution().forward(whole, x, w, null, y);
        for (int g = 0; g < 3; g++) {
            kernels.convolution().forward(part, x.slice(g * channels * plane, channels * plane),
                    w.slice(g * part.weights(), part.weights()), null, one);
            assertSameBits(one, y.slice(g * out * plane, out * plane));
        }
    }

    // ---- Threads, empty sizes, NaN, errors ----

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (Sizes s : List.of(square(5, 3, 9, 17, THREE), square(1, 16, 40, 13, THREE.stride(2)),
                sizes(2, 6, 6, 6, 20, 20, THREE, THREE))) {
            Floats x = normal(xLength(s), 1), w = normal(s.weights(), 2), b = normal(s.outChannels(), 3);
            Floats dy = normal(yLength(s), 4);
            assertSteady(() -> {
                Floats all = room(yLength(s) + xLength(s) + s.weights());
                kernels.convolution().forward(s, x, w, b, all.slice(0, yLength(s)));
                kernels.convolution().inputGradient(s, dy, w, all.slice(yLength(s), xLength(s)));
                kernels.convolution().weightGradient(s, x, dy, all.slice(yLength(s) + xLength(s), s.weights()));
                return all;
            });
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void sizesMayBeZero(Kernels kernels) {
        for (Sizes s : List.of(square(0, 3, 4, 5, THREE), square(2, 0, 4, 5, THREE), square(2, 3, 0, 5, THREE))) {
            Floats y = room(yLength(s)), dx = room(xLength(s)), dw = room(s.weights());
            Floats bias = normal(s.outChannels(), 1);
            kernels.convolution().forward(s, normal(xLength(s), 1), normal(s.weights(), 2), bias, y);
            kernels.convolution().inputGradient(s, normal(yLength(s), 1), normal(s.weights(), 2), dx);
            kernels.convolution().weightGradient(s, normal(xLength(s), 1), normal(yLength(s), 2), dw);
            assertClose(i -> bias.get(i / 25 % s.outChannels()), y, 0);
            assertClose(_ -> 0, dx, 0);
            assertClose(_ -> 0, dw, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void aNanReachesTheWindowsThatSeeItAndNoOthers(Kernels kernels) {
        for (int size : new int[] {5, 17, 32}) {
            for (int groups : new int[] {1, 8}) {
                Sizes s = sizes(2, 8, 8, groups, size, size, Window.of(3), Window.of(3));
                Floats x = normal(xLength(s), 1), w = normal(s.weights(), 2), dy = normal(yLength(s), 3);
                int bad = size * size - 1;
                x.array()[x.offset() + bad] = Float.NaN;
                Floats y = room(yLength(s)), dw = room(s.weights());
                kernels.convolution().forward(s, x, w, null, y);
                kernels.convolution().weightGradient(s, x, dy, dw);
                boolean[] seenY = new boolean[y.length()], seenW = new boolean[w.length()];
                forEachTerm(s, (i, k, o) -> {
                    seenY[o] |= i == bad;
                    seenW[k] |= i == bad;
                });
                IntStream.range(0, y.length()).forEach(i -> assertEquals(seenY[i], Float.isNaN(y.get(i)), "y " + i));
                IntStream.range(0, w.length()).forEach(i -> assertEquals(seenW[i], Float.isNaN(dw.get(i)), "w " + i));
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertSays(() -> Window.of(0), "size", "0");
        assertSays(() -> new WindowGeometry(4, 2, THREE, Window.of(3)), "(4, 2)", "pad more?");
        assertSays(() -> square(1, 3, 4, 5, THREE).geometry().vertical().stride(0), "stride 0");
        assertSays(() -> sizes(1, 3, 4, 2, 5, 5, THREE, THREE), "groups must divide", "2 groups, 3 and 4");
        assertSays(
                () -> new ConvolutionKernel() {}.forward(square(1, 1, 1, 5, THREE), room(25), room(8), null, room(25)),
                "w of 9", "got 25, 8, 25");
    }

    private static void assertSays(Runnable wrong, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
