package norma.kernel.contract;

import static norma.kernel.contract.Samples.assertClose;
import static norma.kernel.contract.Samples.assertSteady;
import static norma.kernel.contract.Samples.normal;
import static norma.kernel.contract.Samples.room;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.kernel.Floats;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Pooling against its formula, input by input, and its laws.
class PoolingKernelTest {
    private static final int PLANES = 3;

    static List<Kernels> sets() {
        return Samples.sets();
    }

    static Stream<Arguments> problems() {
        List<WindowGeometry> all = new ArrayList<>();
        for (int size : new int[] {1, 3, 13, 17, 32, 63, 207}) {
            all.add(square(size, Window.of(1)));
            all.add(square(size + 1, Window.of(2).stride(2)));
            all.add(square(size, Window.of(3).stride(2).padding(1)));
            all.add(square(size, Window.of(3).padding(1)));
            all.add(square(size, Window.of(2).stride(2).ceil(true)));
            all.add(square(size, Window.of(3).stride(2).padding(1).ceil(true)));
            all.add(new WindowGeometry(size, 3, Window.of(1).stride(2), Window.of(3)));
        }
        var random = new SplittableRandom(3);
        for (int i = 0; i < 30; i++) {
            all.add(new WindowGeometry(random.nextInt(10, 40), random.nextInt(10, 40), window(random), window(random)));
        }
        all.add(new WindowGeometry(2, 702, Window.of(2), Window.of(5).stride(3).padding(2)));
        return Samples.sets().stream().flatMap(set -> all.stream().map(z -> Arguments.of(set, z)));
    }

    private static WindowGeometry square(int size, Window window) {
        return new WindowGeometry(size, size, window, window);
    }

    private static Window window(SplittableRandom random) {
        int size = random.nextInt(1, 5);
        return new Window(size, random.nextInt(1, 4), random.nextInt(0, size / 2 + 1), random.nextInt(1, 4),
                random.nextBoolean());
    }

    private interface Visit {
        void input(int x, int output, int tap);
    }

    /// Every input of every output of every plane, in the order of taps.
    private static void forEachInput(WindowGeometry z, Visit visit) {
        for (int y = 0; y < PLANES * z.outPlane(); y++) {
            for (int tap = 0; tap < z.taps(); tap++) {
                int i = z.vertical().input(y % z.outPlane() / z.outWidth(), tap / z.horizontal().size());
                int j = z.horizontal().input(y % z.outWidth(), tap % z.horizontal().size());
                if (i >= 0 && i < z.height() && j >= 0 && j < z.width()) {
                    visit.input((y / z.outPlane() * z.height() + i) * z.width() + j, y, tap);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void theMaximumIsTheFirstOfTheLargest(Kernels kernels, WindowGeometry z) {
        Floats normal = normal(PLANES * z.plane(), 1), dy = normal(PLANES * z.outPlane(), 2);
        // few values, so that there are equals
        Floats x = Samples.of(normal.length(), i -> Math.round(normal.get(i)));
        Floats y = room(dy.length()), winners = room(dy.length()), dx = room(x.length());
        kernels.pooling().max(PLANES, z, x, y, winners);
        kernels.pooling().maxGradient(PLANES, z, dy, winners, dx);

        int[] best = IntStream.generate(() -> -1).limit(y.length()).toArray();
        int[] won = new int[y.length()];
        forEachInput(z, (i, o, tap) -> {
            if (best[o] < 0 || x.get(i) > x.get(best[o])) {
                best[o] = i;
                won[o] = tap;
            }
        });
        double[] want = new double[x.length()];
        IntStream.range(0, y.length()).forEach(o -> want[best[o]] += dy.get(o));
        assertClose(o -> x.get(best[o]), y, 0);
        assertClose(o -> won[o], winners, 0);
        assertClose(i -> want[i], dx, 1e-6);
    }

    /// How many taps of an output see an input or the padding.
    private static long padded(Window window, int inputs, int output) {
        return IntStream.range(0, window.size()).map(tap -> window.input(output, tap))
                .filter(in -> in >= -window.padding() && in < inputs + window.padding()).count();
    }

    @ParameterizedTest
    @MethodSource("problems")
    void theMeanIsTheSumOverTheCount(Kernels kernels, WindowGeometry z) {
        Floats x = normal(PLANES * z.plane(), 1), dy = normal(PLANES * z.outPlane(), 2);
        for (boolean countPadding : new boolean[] {false, true}) {
            Floats y = room(dy.length()), dx = room(x.length());
            kernels.pooling().mean(PLANES, z, countPadding, x, y);
            kernels.pooling().meanGradient(PLANES, z, countPadding, dy, dx);
            double[] sums = new double[y.length()], counts = new double[y.length()], want = new double[x.length()];
            forEachInput(z, (i, o, tap) -> {
                sums[o] += x.get(i);
                counts[o]++;
            });
            if (countPadding) {
                Arrays.setAll(counts, o -> padded(z.vertical(), z.height(), o % z.outPlane() / z.outWidth())
                        * padded(z.horizontal(), z.width(), o % z.outWidth()));
            }
            forEachInput(z, (i, o, tap) -> want[i] += dy.get(o) / counts[o]);
            assertClose(o -> sums[o] / counts[o], y, 1e-6);
            assertClose(i -> want[i], dx, 2e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("sets")
    void nanWinsAndInfinitiesCount(Kernels kernels) {
        float inf = Float.POSITIVE_INFINITY;
        WindowGeometry z = new WindowGeometry(1, 40, Window.of(1), Window.of(2).stride(2));
        Floats x = Samples.of(40, i -> i % 20 == 4 || i % 20 == 7 ? Float.NaN : i % 20 == 9 ? inf : -inf);
        Floats y = room(20), winners = room(20);
        kernels.pooling().max(1, z, x, y, winners);
        assertClose(o -> o % 10 == 2 || o % 10 == 3 ? Float.NaN : o % 10 == 4 ? inf : -inf, y, 0);
        assertClose(o -> o % 10 == 3 || o % 10 == 4 ? 1 : 0, winners, 0);
        kernels.pooling().mean(1, z, true, x, y);
        assertClose(o -> o % 10 >= 2 && o % 10 <= 4 ? Float.NaN : -inf, y, 0);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void constantsAreTheirOwnMeanAndMaximum(Kernels kernels) {
        WindowGeometry z = square(20, Window.of(3).stride(2).padding(1));
        Floats x = Samples.of(400, _ -> 0.7f), y = room(100);
        kernels.pooling().mean(1, z, false, x, y);
        assertClose(_ -> 0.7f, y, 1e-7);
        kernels.pooling().max(1, z, x, y, room(100));
        assertClose(_ -> 0.7f, y, 0);
        kernels.pooling().max(0, z, room(0), room(0), room(0));
        assertEquals(100, y.length());
    }

    @ParameterizedTest
    @MethodSource("sets")
    void neitherThreadsNorCompilationChangeTheBits(Kernels kernels) {
        for (Window window : List.of(Window.of(2).stride(2), Window.of(3).stride(2).padding(1), Window.of(3))) {
            WindowGeometry z = square(41, window);
            Floats x = normal(30 * z.plane(), 1), dy = normal(30 * z.outPlane(), 2);
            assertSteady(() -> {
                int in = x.length(), out = dy.length();
                Floats all = room(2 * in + 3 * out), winners = all.slice(0, out);
                kernels.pooling().max(30, z, x, all.slice(out, out), winners);
                kernels.pooling().mean(30, z, true, x, all.slice(2 * out, out));
                kernels.pooling().maxGradient(30, z, dy, winners, all.slice(3 * out, in));
                kernels.pooling().meanGradient(30, z, true, dy, all.slice(3 * out + in, in));
                return all;
            });
        }
    }
}
