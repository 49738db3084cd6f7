package norma.tensor;

import static norma.tensor.Fourier.fft;
import static norma.tensor.Fourier.fft2;
import static norma.tensor.Fourier.fftShift;
import static norma.tensor.Fourier.ifft;
import static norma.tensor.Fourier.ifft2;
import static norma.tensor.Fourier.ifftShift;
import static norma.tensor.Fourier.irfft;
import static norma.tensor.Fourier.irfft2;
import static norma.tensor.Fourier.rfft;
import static norma.tensor.Fourier.rfft2;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.function.Function;
import norma.golden.GoldenFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The laws of the Fourier transform.
class FourierTest {

    private static void assertClose(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        double scale = Math.sqrt(expected.square().mean().item());
        assertArrayEquals(expected.toArray(), actual.toArray(), (float) (1e-5 * scale + 1e-7));
    }

    /// (a + b i) (c + d i)
    private static Tensor product(Tensor x, Tensor y) {
        Tensor a = part(x, 0), b = part(x, 1), c = part(y, 0), d = part(y, 1);
        return Tensor.concat(-1, a.multiply(c).subtract(b.multiply(d)), a.multiply(d).add(b.multiply(c)));
    }

    private static Tensor part(Tensor x, int part) {
        return x.slice(-1, part, part + 1);
    }

    private static Tensor conjugate(Tensor x) {
        return Tensor.concat(-1, part(x, 0), part(x, 1).negate());
    }

    private static Tensor complex(Tensor real) {
        Tensor re = real.reshape(real.shape().append(1));
        return Tensor.concat(-1, re, Tensor.full(re.shape(), 0));
    }

    /// x_{(j - first) mod n} along the axis before the last.
    private static Tensor delayed(Tensor x, int by) {
        int n = x.dim(-2);
        return Tensor.concat(-2, x.slice(-2, n - by, n), x.slice(-2, 0, n - by));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 12, 63, 97, 702, 1009, 4096})
    void inversesBringBackWhatWasThere(int n) {
        Tensor z = normal(1, 3, n, 2), x = normal(2, 3, n);
        assertClose(z, ifft(fft(z)));
        assertClose(x, irfft(rfft(x), n));
        Tensor images = normal(3, 2, 3, n, 2), real = normal(4, 2, 3, n);
        assertClose(images, ifft2(fft2(images)));
        assertClose(real, irfft2(rfft2(real), n));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 13, 63, 97, 1024})
    void parsevalAndLinearity(int n) {
        Tensor x = normal(1, 5, n, 2), y = normal(2, 5, n, 2);
        assertEquals(x.square().sum().item(), fft(x).square().sum().item() / n, 1e-5 * x.square().sum().item());
        assertClose(fft(x).multiply(2).subtract(fft(y)), fft(x.multiply(2).subtract(y)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 97, 207})
    void impulseAndConstant(int n) {
        Tensor impulse = Tensor.zeros(n, 2);
        impulse.array()[0] = 1;
        Tensor ones = Tensor.concat(-1, Tensor.full(Shape.of(n, 1), 1), Tensor.zeros(n, 1));
        assertClose(ones, fft(impulse));
        assertClose(impulse, ifft(ones));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 63, 97})
    void aDelayTurnsEachBin(int n) {
        Tensor x = normal(1, n, 2), turn = Tensor.zeros(n, 2);
        for (int k = 0; k < n; k++) {
            turn.array()[2 * k] = (float) Math.cos(2 * Math.PI * 5 * k / n);
            turn.array()[2 * k + 1] = (float) -Math.sin(2 * Math.PI * 5 * k / n);
        }
        assertClose(product(fft(x), turn), fft(delayed(x, 5)));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 63, 97})
    void convolutionIsAProductOfSpectra(int n) {
        Tensor x = normal(1, n, 2), y = normal(2, n, 2), sum = Tensor.zeros(n, 2);
        for (int j = 0; j < n; j++) {
            sum = sum.add(product(x.slice(0, j, j + 1), delayed(y, j)));
        }
        assertClose(sum, ifft(product(fft(x), fft(y))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 32, 97, 702})
    void aRealSignalHasHalfASpectrum(int n) {
        Tensor x = normal(1, 4, n), y = fft(complex(x));
        assertClose(y.slice(-2, 0, n / 2 + 1), rfft(x));
        // y_{n-k} is the conjugate of y_k: reversed and delayed by one it is itself.
        Tensor reversed = Tensor.empty(y.shape());
        for (int i = 0; i < y.size() / 2; i++) {
            int row = i / n * n, k = (n - i % n) % n;
            reversed.array()[2 * i] = y.array()[2 * (row + k)];
            reversed.array()[2 * i + 1] = y.array()[2 * (row + k) + 1];
        }
        assertClose(conjugate(y), reversed);
    }

    @Test
    void twoAxesAreOneAfterTheOther() {
        Tensor x = normal(1, 3, 12, 34, 2);
        assertClose(fft(fft(x).transpose(-3, -2)).transpose(-3, -2), fft2(x));
        Tensor real = normal(2, 3, 12, 34);
        assertClose(fft(rfft(real).transpose(-3, -2)).transpose(-3, -2), rfft2(real));
        assertClose(fft2(complex(real)).slice(-2, 0, 18), rfft2(real));
    }

    @Test
    void frequencyZeroComesToTheCentreAndBack() {
        Tensor x = Tensor.of(Shape.of(5), 0, 1, 2, -2, -1);
        assertBits(Tensor.of(Shape.of(5), -2, -1, 0, 1, 2), fftShift(x, 0));
        assertBits(x, ifftShift(fftShift(x, 0), 0));
        Tensor images = normal(1, 2, 4, 5, 2);
        assertBits(images, ifftShift(fftShift(images, -3, -2), -3, -2));
        assertEquals(images.data().get(0), fftShift(images, -3, -2).slice(0, 0, 1).data().get(2 * (2 * 5 + 2)));
    }

    @Test
    void derivativesOfAnyOrder() {
        assertGradient(x -> fft(x[0]).square(), normal(1, 2, 6, 2));
        assertGradient(x -> ifft(x[0]).square(), normal(1, 2, 17, 2));
        assertGradient(x -> fft2(x[0]).square(), normal(1, 2, 3, 4, 2));
        assertGradient(x -> ifft2(x[0]).square(), normal(1, 2, 3, 4, 2));
        for (int n : new int[] {1, 2, 6, 7}) {
            assertGradient(x -> rfft(x[0]).square(), normal(1, 2, n));
            assertGradient(x -> irfft(x[0], n).square(), normal(1, 2, n / 2 + 1, 2));
            assertGradient(x -> rfft2(x[0]).square(), normal(1, 2, 3, n));
            assertGradient(x -> irfft2(x[0], n).square(), normal(1, 2, 3, n / 2 + 1, 2));
        }
    }

    private static void assertGradient(Function<Tensor[], Tensor> f, Tensor x) {
        assertGradients("of " + x.shape(), f, x);
    }

    @Test
    void anEmptyBatchHasAnEmptySpectrum() {
        assertEquals(Shape.of(0, 4, 2), fft(Tensor.zeros(0, 4, 2)).shape());
        assertEquals(Shape.of(0, 4, 3, 2), rfft2(Tensor.zeros(0, 4, 5)).shape());
        assertEquals(Shape.of(0, 4, 5), irfft2(Tensor.zeros(0, 4, 3, 2), 5).shape());
    }

    @Test
    void errorsSayWhatMustHold() {
        assertRefused(() -> fft(normal(1, 4, 3)),
                "fft: x must be (..., n, 2) with transformed axes that are not empty and re and im on the last; got (4, 3)");
        assertRefused(() -> fft2(normal(1, 4, 2)),
                "fft2: x must be (..., h, w, 2) with transformed axes that are not empty and re and im on the last; got (4, 2)");
        assertRefused(() -> ifft2(normal(1, 4, 2)),
                "ifft2: x must have at least 3 axes, re and im the last; got (4, 2)");
        assertRefused(() -> rfft(Tensor.zeros(3, 0)),
                "rfft: x must be (..., n) with transformed axes that are not empty; got (3, 0)");
        assertRefused(() -> irfft(normal(1, 4, 2), 9), "irfft: 9 real numbers have 5 bins; got x (4, 2)");
    }

    private static void assertRefused(Runnable call, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    /// An image is the sum of its low and its high frequencies, those inside and outside a circle around the centre of the
    /// shifted spectrum (Wang et al. 2020, arXiv 1905.13545).
    @Test
    void imagesSplitIntoFrequenciesAsTheGoldenVectorsSay() throws IOException, URISyntaxException {
        Path file = Path.of(FourierTest.class.getResource("/golden/frequency_split.json").toURI());
        for (GoldenFile.Case c : GoldenFile.read(file).getFirst().cases()) {
            Tensor image = tensor(c.inputs().get("img")), mask = tensor(c.outputs().get("mask"));
            Tensor low = masked(image, mask), high = masked(image, mask.negate().add(1));
            Numbers.assertClose(tensor(c.outputs().get("low")), low, 1e-6);
            Numbers.assertClose(tensor(c.outputs().get("high")), high, 1e-6);
            Numbers.assertClose(image, low.add(high), 1e-6);
        }
    }

    private static Tensor masked(Tensor image, Tensor mask) {
        Tensor spectrum = fftShift(fft2(complex(image)), -3, -2).multiply(mask.reshape(mask.shape().append(1)));
        return part(ifft2(ifftShift(spectrum, -3, -2)), 0).reshape(image.shape());
    }

    private static Tensor tensor(GoldenFile.Values values) {
        Tensor x = Tensor.empty(values.shape());
        for (int i = 0; i < x.size(); i++) {
            x.array()[i] = (float) values.values()[i];
        }
        return x;
    }
}
