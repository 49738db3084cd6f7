package norma.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import norma.kernel.Window;
import norma.tensor.BufferPool;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Losses and layers against vectors of another library in float64: values and gradients of all inputs.
class VectorsTest {
    private static final Indices TARGETS = Indices.of(new int[] {0, 4, -1, 2, -1, 2}, 6);
    private static final Tensor WEIGHTS = Tensor.of(Shape.of(5), 0.5f, 2, 0.25f, 0, 3);

    /// A case of the file: what is computed from which inputs.
    private record Case(Function<Tensor[], Tensor> f, Tensor... xs) {
    }

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        for (Reduction r : Reduction.values()) {
            losses(r, "." + r.name().toLowerCase(Locale.ROOT));
        }
        add("cosine.none", x -> Losses.cosine(x[0], x[1], Reduction.NONE), wave(1, 3, 4), wave(2, 3, 4));
        convolutions();
        images();
        Indices ids = Indices.of(new int[] {3, 0, 1, 1, 2, 0}, 2, 3);
        add("embedding", x -> new Embedding(parameter(x[0]), 1, OptionalInt.of(1)).forward(ids), wave(1, 4, 3));
        recurrent();
        activations();
    }

    private static void losses(Reduction r, String suffix) {
        for (float smoothing : new float[] {0, 0.25f}) {
            CrossEntropy options = CrossEntropy.of().withIgnored(-1).withSmoothing(smoothing).withReduction(r);
            String name = "crossEntropy" + suffix + (smoothing == 0 ? ".0" : ".0.25");
            add(name + ".plain", x -> options.apply(x[0], TARGETS), wave(1, 6, 5));
            add(name + ".weighted", x -> options.withWeights(WEIGHTS).apply(x[0], TARGETS), wave(1, 6, 5));
        }
        Tensor a = wave(1, 3, 4), b = wave(2, 3, 4), p = positive(2, 3, 4);
        add("mse" + suffix, x -> Losses.mse(x[0], x[1], r), a, b);
        add("mae" + suffix, x -> Losses.mae(x[0], x[1], r), a, b);
        add("huber" + suffix, x -> Losses.huber(x[0], x[1], 0.75f, r), a, b);
        add("binaryCrossEntropy" + suffix, x -> Losses.binaryCrossEntropy(x[0], x[1], r), a, p);
        if (r != Reduction.NONE) {
            add("klDivergence" + suffix, x -> Losses.klDivergence(x[0], x[1], r), a, p);
        }
    }

    private static void convolutions() {
        Window series = Window.of(3).stride(2).padding(3).dilation(2);
        add("conv1d", x -> new Conv1d(parameter(x[1]), Optional.of(parameter(x[2])), series, 2).forward(x[0]),
                wave(1, 2, 4, 9), wave(2, 6, 2, 3), wave(3, 6));
        Window down = Window.of(3).stride(2).padding(1), across = Window.of(2).dilation(2);
        add("conv2d", x -> new Conv2d(parameter(x[1]), Optional.of(parameter(x[2])), down, across, 1).forward(x[0]),
                wave(1, 2, 3, 5, 7), wave(2, 4, 3, 3, 2), wave(3, 4));
        add("convTranspose2d",
                x -> new ConvTranspose2d(parameter(x[1]), Optional.of(parameter(x[2])), down, down, 1, 1, 2)
                        .forward(x[0]),
                wave(1, 2, 4, 3, 4), wave(2, 4, 3, 3, 3), wave(3, 6));
        Window vertical = Window.of(2).dilation(2), horizontal = Window.of(4).stride(3).padding(2);
        add("convTranspose2d.rectangular",
                x -> new ConvTranspose2d(parameter(x[1]), Optional.of(parameter(x[2])), vertical, horizontal, 0,
                        2, 1).forward(x[0]),
                wave(1, 1, 2, 3, 2), wave(2, 2, 3, 2, 4), wave(3, 3));
    }

    private static void images() {
        add("upsample.nearest", x -> Upsample.of(Interpolation.NEAREST, 2).forward(x[0]), wave(1, 1, 2, 3, 2));
        add("upsample.nearest.size", x -> Upsample.apply(x[0], Interpolation.NEAREST, 5, 2), wave(1, 1, 2, 3, 4));
        add("upsample.bilinear", x -> Upsample.of(Interpolation.BILINEAR, 3).forward(x[0]), wave(1, 1, 2, 3, 2));
        add("upsample.bilinear.size", x -> Upsample.apply(x[0], Interpolation.BILINEAR, 5, 2), wave(1, 1, 2, 3, 7));
        for (boolean ceil : new boolean[] {false, true}) {
            String suffix = ceil ? ".True" : ".False";
            Window down = Window.of(3).stride(2).padding(1).ceil(ceil), across = Window.of(2).stride(2).ceil(ceil);
            add("maxPool2d" + suffix, x -> MaxPool2d.of(down, across).forward(x[0]), wave(1, 1, 2, 6, 7));
            add("avgPool2d" + suffix + ".True", x -> AvgPool2d.of(down, across).forward(x[0]), wave(1, 1, 2, 6, 7));
            add("avgPool2d" + suffix + ".False", x -> AvgPool2d.of(down, across).withCountPadding(false).forward(x[0]),
                    wave(1, 1, 2, 6, 7));
        }
        add("avgPool2d.beginsInThePadding",
                x -> AvgPool2d.of(Window.of(2).stride(3).padding(1).ceil(true)).forward(x[0]),
                wave(1, 1, 1, 5, 6));
    }

    private static void recurrent() {
        add("lstm", x -> {
            var result = new Lstm(linear(x[1], x[2]), linear(x[3], x[4])).run(x[0], new Lstm.State(x[5], x[6]));
            return Tensor.concat(1, result.sequence(), step(result.last().h()), step(result.last().c()));
        }, wave(1, 2, 5, 3), wave(2, 8, 3), wave(3, 8), wave(4, 8, 2), wave(5, 8), wave(6, 2, 2), wave(7, 2, 2));
        add("gru", x -> {
            var result = new Gru(linear(x[1], x[2]), linear(x[3], x[4])).run(x[0], x[5]);
            return Tensor.concat(1, result.sequence(), step(result.last()));
        }, wave(1, 2, 5, 3), wave(2, 6, 3), wave(3, 6), wave(4, 6, 2), wave(5, 6), wave(6, 2, 2));
    }

    /// A parameter whose gradient is that of the input.
    private static Param parameter(Tensor x) {
        return new Param(x, Param.Role.WEIGHT);
    }

    private static Linear linear(Tensor w, Tensor b) {
        return Linear.of(parameter(w), parameter(b));
    }

    private static Tensor step(Tensor h) {
        return h.reshape(h.dim(0), 1, h.dim(1));
    }

    private static void activations() {
        Tensor x = wave(1, 3, 4);
        add("leakyRelu", xs -> Activations.leakyRelu(0.1).forward(xs[0]), x);
        add("softplus", xs -> Activations.softplus().forward(xs[0]), x);
        add("relu", xs -> Activations.relu().forward(xs[0]), x);
        add("gelu", xs -> Activations.gelu().forward(xs[0]), x);
        add("silu", xs -> Activations.silu().forward(xs[0]), x);
        add("tanh", xs -> Activations.tanh().forward(xs[0]), x);
        add("sigmoid", xs -> Activations.sigmoid().forward(xs[0]), x);
    }

    private static void add(String name, Function<Tensor[], Tensor> f, Tensor... xs) {
        CASES.put(name, new Case(f, xs));
    }

    private static Tensor wave(int k, int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (1.5 * Math.sin(1.3 * i + k));
        }
        return Tensor.of(Shape.of(dims), values);
    }

    private static Tensor positive(int k, int... dims) {
        return wave(k, dims).divide(4).add(0.5f);
    }

    // ---- The file ----

    /// A tensor of a case.
    private record Vector(Shape shape, double[] values) {
    }

    /// The tensors of each case: y, then the gradients.
    private static Map<String, List<Vector>> vectors() {
        var vectors = new LinkedHashMap<String, List<Vector>>();
        try (InputStream file = VectorsTest.class.getResourceAsStream("/layers/vectors.txt")) {
            for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                String[] words = line.split(" ");
                int[] dims = words[2].equals("()") ? new int[0]
                        : Stream.of(words[2].split(",")).mapToInt(Integer::parseInt).toArray();
                double[] values = Stream.of(words).skip(3).mapToDouble(Double::parseDouble).toArray();
                vectors.computeIfAbsent(words[0], _ -> new ArrayList<>()).add(new Vector(Shape.of(dims), values));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return vectors;
    }

    static Stream<Arguments> cases() {
        return vectors().entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @Test
    void everyCaseIsInTheFile() {
        assertEquals(vectors().keySet(), CASES.keySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void valuesAndGradients(String name, List<Vector> wanted) {
        Tensor[] xs = Stream.of(CASES.get(name).xs).map(Tensor::variable).toArray(Tensor[]::new);
        assertEquals(wanted.size(), xs.length + 1);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = CASES.get(name).f.apply(xs);
            assertVector(name, wanted.getFirst(), y);
            Tensor loss = y.multiply(wave(9, y.shape().toArray())).sum();
            tape.backward(loss);
            Tensor[] again = tape.gradients(loss, xs);
            for (int i = 0; i < xs.length; i++) {
                assertVector(name + ", gradient of input " + i, wanted.get(i + 1), xs[i].gradient());
                assertVector(name + ", gradient by definition of input " + i, wanted.get(i + 1), again[i]);
            }
        }
    }

    /// To the rounding of float32 in sums of up to 60 terms of up to 2.25, which cancel.
    private static void assertVector(String what, Vector wanted, Tensor got) {
        assertEquals(wanted.shape, got.shape(), what);
        float[] values = got.toArray();
        for (int i = 0; i < values.length; i++) {
            assertEquals(wanted.values[i], values[i], 5e-6 * Math.max(1, Math.abs(wanted.values[i])), what);
        }
    }
}
