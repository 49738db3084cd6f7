package norma.norm;

import static norma.nn.ParameterCheck.assertFusedIsComposed;
import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import norma.io.Safetensors;
import norma.nn.Init;
import norma.nn.Part;
import norma.nn.Parts;
import norma.parallel.Workers;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every norm of the catalogue must do: a new line there is tested here without another edit.
class NormsTest {
    private static final int D = 8;

    /// Each method with its defaults, and options of methods that have important ones.
    static Stream<String> specs() {
        return Stream.concat(Norms.all().stream().map(Norms.Entry::name), OPTIONS.stream());
    }

    private static final List<String> OPTIONS = List.of("layer_norm{bias=false}", "layer_norm{eps=0.1}",
            "rms_norm{form=unit_offset}", "rms_norm{form=clamped_length}",
            "normformer_adaptive{base=rms, bottleneck=true, width=4}",
            "normformer_adaptive{depth=0}", "normformer_adaptive{depth=2, heads=2, shared=false}",
            "normformer_adaptive{tied=true, rotary=true, heads=2, bound=2}");

    private static Norm norm(String spec, boolean causal, int dim) {
        return shaken(Norms.maker(spec, causal).make(new Init(1), dim), 2, 0.2);
    }

    @Test
    void namesDifferAndEachIsDescribed() {
        Set<String> names = new HashSet<>();
        for (Norms.Entry entry : Norms.all()) {
            assertTrue(names.add(entry.name()) && entry.name().matches("[a-z0-9_]+"), entry.name());
            assertTrue(!entry.parameters().isBlank(),
                    entry.name());
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void gradients(String spec) {
        for (boolean causal : new boolean[] {true, false}) {
            Norm norm = norm(spec, causal, D);
            Tensor x = normal(3, 2, 3, D);
            assertGradients(spec, xs -> norm.forward(xs[0]), x);
            assertParameterGradients(spec, norm, () -> norm.forward(x));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void fusedIsComposed(String spec) {
        Norm norm = norm(spec, true, 17);
        assertFusedIsComposed(spec, () -> norm.forward(normal(4, 2, 5, 17).variable()));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void shapeIsKept(String spec) {
        Norm norm = norm(spec, true, D);
        for (int[] dims : new int[][] {{1, 1, D}, {3, 1, D}, {1, 7, D}, {0, 3, D}, {2, 0, D}}) {
            assertEquals(normal(5, dims).shape(), norm.forward(normal(5, dims)).shape());
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void nothingChangesInAFile(String spec, @TempDir Path folder) throws IOException {
        Norm norm = norm(spec, true, D);
        Tensor x = normal(6, 2, 4, D);
        Path file = folder.resolve("norm.safetensors");
        var arrays = new LinkedHashMap<String, Safetensors.Array>();
        Parts.of(norm).params()
                .forEach((name, p) -> arrays.put(name, new Safetensors.Array.Floats(p.value().toArray(), 0,
                        Arrays.stream(p.value().shape().toArray()).asLongStream().toArray())));
        Safetensors.write(file, Map.of(), arrays);
        Norm other = Norms.maker(spec, true).make(new Init(99), D);
        try (Safetensors stored = Safetensors.open(file)) {
            assertEquals(Parts.of(other).params().keySet(), new HashSet<>(stored.entries().keySet()));
            Parts.of(other).params().forEach((name, p) -> stored.read(name, 0, p.value().data().array(),
                    p.value().data().offset(), p.value().size()));
        }
        assertBits(norm.forward(x), other.forward(x));
    }

    /// Result and all gradients of one pass over work that is large enough to be shared out.
    private static List<Tensor> pass(String spec, int threads) {
        try (Workers team = new Workers(threads)) {
            return team.call(() -> {
                Norm norm = norm(spec, true, 64);
                Tensor x = normal(7, 5, 130, 64).variable();
                List<Tensor> results = new ArrayList<>();
                try (Tape tape = Tape.training(new Memory(), 0)) {
                    Tensor y = norm.forward(x);
                    tape.backward(y.multiply(normal(8, 5, 130, 64)).sum());
                    results.add(y.copy());
                }
                results.add(x.gradient());
                Parts.of(norm).params().values().forEach(p -> results.add(p.value().gradient()));
                return results;
            });
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void oneThreadIsThree(String spec) {
        List<Tensor> one = pass(spec, 1), three = pass(spec, 3);
        assertEquals(one.size(), three.size());
        for (int i = 0; i < one.size(); i++) {
            assertBits(one.get(i), three.get(i));
        }
    }

    private static boolean causal(Part part) {
        return part.causal() && Parts.of(part).parts().values().stream().allMatch(Part::causal);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void whoSaysItIsCausalIs(String spec) {
        Norm norm = norm(spec, true, D);
        assertTrue(causal(norm), "asked for");
        for (Norm each : new Norm[] {norm, norm(spec, false, D)}) {
            Tensor x = normal(9, 2, 5, D);
            Tensor changed = Tensor.concat(1, x.slice(1, 0, 3), normal(10, 2, 2, D));
            if (causal(each)) {
                assertBits(each.forward(x).slice(1, 0, 3), each.forward(changed).slice(1, 0, 3));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void anotherWidthIsRefused(String spec) {
        Norm norm = norm(spec, true, D);
        if (!(norm instanceof Identity)) {
            assertSays(assertThrows(IllegalArgumentException.class, () -> norm.forward(normal(11, 2, 3, D + 1))),
                    "(2, 3, 9)", "8");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch norm | must be one of [layer_norm, ; got 'batch norm'", "layer_norm{ | braces",
            "layer_norm{eps} | option=value; 'eps'", "layer_norm{eps=1, eps=2} | once; 'eps=2'",
            "layer_norm{eps=x} | eps; 'x'; default",
            "layer_norm{eps=-1} | eps; '-1'", "layer_norm{eps=NaN} | eps; 'NaN'",
            "rms_norm{eps=Infinity} | eps; 'Infinity'",
            "layer_norm{bias=yes} | bias; 'yes'; default is true",
            "layer_norm{color=red} | no option color; [bias, eps]",
            "rms_norm{form=gemma} | form; 'gemma'; default is gain", "identity{eps=1} | identity has no option eps",
            "layer_norm{eps=1} x | braces", "normformer_adaptive{depth=1.5} | depth; '1.5'", " | must be one of"})
    void badSpecsAreExplained(String line) {
        String[] parts = line.split(" ?\\| ?", 2);
        assertSays(assertThrows(IllegalArgumentException.class, () -> Norms.maker(parts[0], true)),
                parts[1].split("; "));
    }

    @Test
    void badNumbersOfAnAdaptiveNormAreExplained() {
        for (String option : List.of("depth=-1", "width=-4", "heads=-2")) {
            NormMaker maker = Norms.maker("normformer_adaptive{" + option + "}", true);
            assertSays(assertThrows(IllegalArgumentException.class, () -> maker.make(new Init(1), 8)),
                    "AdaptiveNormFormer",
                    "must not be negative", "-");
        }
    }

    @Test
    void spacesAndOptionsAreRead() {
        NormMaker maker = Norms.maker("  layer_norm { eps = 0.5 , bias = false } ", false);
        assertEquals(LayerNorm.of(0.5f, 4).eps(), ((LayerNorm) maker.make(new Init(1), 4)).eps());
        assertEquals(List.of("gamma"), List.copyOf(Parts.of(maker.make(new Init(1), 4)).params().keySet()));
        assertBits(LayerNorm.of(4).forward(normal(12, 2, 4)), Norms.maker("layer_norm{}", false).make(new Init(1), 4)
                .forward(normal(12, 2, 4)));
    }
}
