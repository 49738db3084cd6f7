package norma.catalogue;

import static norma.nn.ParameterCheck.assertFusedIsComposed;
import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.function.Function;
import java.util.stream.Stream;
import norma.catalogue.NormEntry.Gradient;
import norma.catalogue.NormEntry.Group;
import norma.catalogue.NormEntry.On;
import norma.io.Safetensors;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.ConditionalNorm;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.conditional.ConditionalBatchNorm;
import norma.norm.feature.LayerNorm;
import norma.parallel.Workers;
import norma.tensor.BufferPool;
import norma.tensor.GradientCheck;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every method of the catalogue must do: a new line there is tested here without another edit.
class NormsTest {
    private static final int D = 8;

    private static final List<String> OPTIONS = List.of("layer_norm{bias=false}", "layer_norm{eps=0.1}",
            "rms_norm{form=unit_offset}", "rms_norm{form=clamped_length}",
            "normformer_adaptive{base=rms, bottleneck=true, width=4}",
            "normformer_adaptive{depth=0}", "normformer_adaptive{depth=2, heads=2, shared=false}",
            "normformer_adaptive{tied=true, rotary=true, heads=2, bound=2}", "group_norm{groups=4}",
            "batch_norm{track=false}", "batch_norm{affine=false}", "batch_norm{cumulative=true}",
            "instance_norm{affine=true}", "iter_norm{groups=2}", "decorrelated_batch_norm{groups=4}",
            "ghost_batch_norm{examples=2}", "self_norm{two=true}", "lp_normalize{p=1}", "lp_normalize{p=3}",
            "seed_norm{heads=2}", "local_response_norm{alpha=0.5}", "gated_rms_norm{norm_before_gate=true}");

    /// Options without a second derivative: |x| has an edge, and with alpha 1e-4 a method is all but linear.
    private static final Set<String> EDGED = Set.of("lp_normalize{p=1}", "local_response_norm");

    /// Each method with its defaults, and options of methods that have important ones.
    static Stream<String> specs() {
        return Stream.concat(Norms.all().stream().map(NormEntry::name), OPTIONS.stream());
    }

    /// Those that a Transformer can use.
    static Stream<String> onFeatures() {
        return specs().filter(spec -> Norms.named(NormSpec.parse(spec, true).name()).on() instanceof On.Features);
    }

    /// A method, made and tried: x goes in, y comes out, whatever the method is put on.
    ///
    /// @param part moved away from its first values
    /// @param f y of x; a condition is the same for all x of a shape
    private record Try(NormEntry entry, Parameterized part, Function<Tensor, Tensor> f) {

        static Try of(String spec, boolean causal, int dim) {
            Parameterized part = shaken(Norms.any(spec, causal).create(new Init(1), dim), 2, 0.2);
            return new Try(Norms.named(NormSpec.parse(spec, causal).name()), part, x -> switch (part) {
                case ConditionalNorm conditional -> conditional.forward(x, condition(conditional, x.shape()));
                case Layer layer -> layer.forward(x);
                default -> throw new AssertionError(spec);
            });
        }

        private static Tensor condition(ConditionalNorm norm, Shape x) {
            Shape shape = norm.conditionShape(x);
            if (norm instanceof ConditionalBatchNorm) { // two classes in turn
                return Tensor.of(shape, alternating(shape.size()));
            }
            return new Init(3).normal("condition", 1, shape.toArray()).value().detach();
        }

        private static float[] alternating(int n) {
            float[] classes = new float[n];
            for (int i = 0; i < n; i++) {
                classes[i] = i % 2;
            }
            return classes;
        }

        static Try of(String spec) {
            return of(spec, true, D);
        }

        /// N examples of D features or channels.
        Tensor input(long seed, int n, int dim) {
            return normal(seed, switch (entry.on()) {
                case On.Features _,On.Weight _ -> new int[] {n, 3, dim};
                case On.Channels _,On.Condition _ -> new int[] {n, dim, 2, dim};
            });
        }

        Map<String, Tensor> buffers() {
            var buffers = new LinkedHashMap<String, Tensor>();
            ParameterTree.of(part).params().forEach((name, p) -> {
                if (p.role() == Param.Role.BUFFER) {
                    buffers.put(name, p.value().copy());
                }
            });
            return buffers;
        }

        /// f with the buffers that were there before, so that each call sees the same.
        Function<Tensor, Tensor> again() {
            Map<String, Tensor> before = buffers();
            return x -> {
                before.forEach(
                        (name, value) -> ParameterTree.of(part).params().get(name).value().data().set(value.data()));
                return f.apply(x);
            };
        }

        /// What a step of training gives: y, dx and the gradients of the parameters.
        List<Tensor> step(Tensor input) {
            Tensor x = input.copy().variable();
            List<Tensor> results = new ArrayList<>();
            try (Tape tape = Tape.training(new BufferPool(), 0)) {
                Tensor y = f.apply(x);
                results.add(y.copy());
                tape.backward(y.multiply(normal(8, y.shape().toArray())).sum());
            }
            results.add(x.gradient());
            ParameterTree.of(part).params().values().stream().map(Param::value).filter(Tensor::hasGradient)
                    .forEach(p -> results.add(p.gradient()));
            return results;
        }
    }

    @Test
    void namesDifferAndEachIsDescribed() {
        Set<String> names = new HashSet<>();
        for (NormEntry entry : Norms.all()) {
            assertTrue(names.add(entry.name()) && entry.name().matches("[a-z0-9_]+"), entry.name());
            assertFalse(entry.paper().isBlank(), entry.name());
        }
    }

    /// Norms that take a mean off give the same for x and x + c. What lies near 10,000 has these deviations from it exactly, and the values and gradients of both, by kernels and by definitions, may differ by roundings only.
    @ParameterizedTest
    @MethodSource("specs")
    void anOffsetCostsNoDigits(String spec) {
        Try near = Try.of(spec);
        Tensor offset = near.input(5, 4, D).multiply(0.1f).add(1e4f), deviation = offset.subtract(1e4f);
        Function<Tensor, Tensor> f = near.again();
        if (near.entry.on() instanceof On.Weight || !invariant(f, deviation)) {
            return;
        }
        List<Tensor> expected = derivatives(f, deviation), actual = derivatives(f, offset);
        for (int i = 0; i < expected.size(); i++) {
            float largest = expected.get(i).abs().max().item();
            assertClose(expected.get(i), actual.get(i), 1e-6 * largest);
        }
    }

    private static boolean invariant(Function<Tensor, Tensor> f, Tensor x) {
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            return f.apply(x).subtract(f.apply(x.add(0.5f))).abs().max().item() < 1e-3;
        }
    }

    /// y, the gradient by kernels, by definitions, and the derivative of that.
    private static List<Tensor> derivatives(Function<Tensor, Tensor> f, Tensor at) {
        Tensor x = at.copy().variable();
        Tensor v = normal(7, at.shape().toArray());
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor y = f.apply(x), loss = y.multiply(normal(6, y.shape().toArray())).sum();
            Tensor defined = tape.gradients(loss, x)[0];
            Tensor second = tape.gradients(defined.multiply(v).sum(), x)[0];
            tape.backward(loss);
            return Stream.of(y, x.gradient(), defined, second).map(t -> t.detach().copy()).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void whatItLearnsAndRemembersIsInTheCatalogue(String spec) {
        Try each = Try.of(spec);
        NormEntry entry = each.entry;
        long ofTheLayer = entry.on() instanceof On.Weight ? D * D : 0;
        if (entry.learns().equals("none")) {
            assertTrue(ParameterTree.of(each.part).size() <= ofTheLayer + D, entry.learns());
        } else if (!entry.learns().startsWith("none") && !spec.contains("affine=false")) {
            assertTrue(ParameterTree.of(each.part).size() > ofTheLayer, entry.learns());
        }
        if (!entry.remembers().startsWith("none") && !spec.contains("track=false")) {
            assertFalse(each.buffers().isEmpty(), entry.remembers());
        } else {
            assertTrue(each.buffers().isEmpty(), entry.remembers());
        }
    }

    // ---- Gradients ----

    /// What a backward pass reaches is what is listed, in both directions.
    @ParameterizedTest
    @MethodSource("specs")
    void whatItLearnsIsListed(String spec) {
        Try method = Try.of(spec);
        Tensor x = method.input(1, 4, D).variable();
        ParameterTree listed = ParameterTree.of(method.part());
        try (Tape tape = Tape.training(1)) {
            Tensor y = method.f().apply(x);
            tape.backward(y.multiply(normal(2, y.shape().toArray())).sum());
        }
        assertEquals(List.of(), x.unlistedBeside());
        listed.params().forEach(
                (name, param) -> assertEquals(param.role() != Param.Role.BUFFER, param.value().hasGradient(), name));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void gradients(String spec) {
        for (boolean causal : new boolean[] {true, false}) {
            Try each = Try.of(spec, causal, D);
            Tensor x = each.input(3, 4, D);
            Function<Tensor, Tensor> f = each.again();
            switch (EDGED.contains(spec) ? Gradient.EDGED : each.entry.gradient()) {
                case SMOOTH -> {
                    assertGradients(spec, xs -> f.apply(xs[0]), x);
                    if (ParameterTree.of(each.part).size() > 0) {
                        assertParameterGradients(spec, each.part, () -> f.apply(x));
                    }
                }
                // differences across an edge are off by as much as they reach across; a wrong derivative is off by about 1
                case EDGED -> assertEquals(0, GradientCheck.first(xs -> f.apply(xs[0]), x), 2e-2, spec);
                case OWN -> each.step(x).forEach(result -> assertTrue(Float.isFinite(result.sum().item()), spec));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void fusedIsComposed(String spec) {
        Try each = Try.of(spec, true, 24);
        assertFusedIsComposed(spec, () -> each.f.apply(each.input(4, 4, 24).variable()));
    }

    // ---- Shapes, files, threads ----

    @ParameterizedTest
    @MethodSource("specs")
    void shapeIsKept(String spec) {
        for (int n : new int[] {0, 2, 6}) {
            Try each = Try.of(spec);
            Tensor x = each.input(5, n, D);
            assertEquals(x.shape(), each.f.apply(x).shape());
            assertEquals(x.shape(), each.step(x).getFirst().shape());
        }
    }

    @ParameterizedTest
    @MethodSource("onFeatures")
    void positionsMayBeMissing(String spec) {
        Norm norm = (Norm) Try.of(spec).part;
        for (int[] dims : new int[][] {{1, 1, D}, {3, 1, D}, {1, 7, D}, {2, 0, D}}) {
            assertEquals(normal(5, dims).shape(), norm.forward(normal(5, dims)).shape());
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void anEmptyBatchLeavesTheBuffersAlone(String spec) {
        Try each = Try.of(spec);
        Map<String, Tensor> before = each.buffers();
        each.step(each.input(5, 0, D));
        if (!(each.entry.on() instanceof On.Weight)) { // a weight is used whatever goes through its layer
            before.forEach((name, value) -> assertBits(value, each.buffers().get(name)));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void buffersMoveInTrainingOnly(String spec) {
        Try each = Try.of(spec);
        Tensor x = each.input(6, 4, D);
        Map<String, Tensor> before = each.buffers();
        assertBits(each.f.apply(x), each.f.apply(x));
        before.forEach((name, value) -> assertBits(value, each.buffers().get(name)));
        each.step(x);
        boolean moved = before.entrySet().stream()
                .anyMatch(b -> !Arrays.equals(b.getValue().toArray(), each.buffers().get(b.getKey()).toArray()));
        assertEquals(!before.isEmpty() && !each.entry.name().equals("frozen_batch_norm"), moved);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void nothingChangesInAFile(String spec, @TempDir Path folder) throws IOException {
        Try each = Try.of(spec);
        Tensor x = each.input(6, 4, D);
        each.step(x);
        Path file = folder.resolve("norm.safetensors");
        var arrays = new LinkedHashMap<String, Safetensors.Array>();
        ParameterTree.of(each.part).params()
                .forEach((name, p) -> arrays.put(name, new Safetensors.Array.Floats(p.value().toArray(), 0,
                        Arrays.stream(p.value().shape().toArray()).asLongStream().toArray())));
        Safetensors.write(file, Map.of(), arrays);
        Try other = Try.of(spec);
        ParameterTree.of(other.part).params().values()
                .forEach(p -> p.value().data().set(Tensor.full(p.shape(), 7).data()));
        try (Safetensors stored = Safetensors.open(file)) {
            assertEquals(ParameterTree.of(other.part).params().keySet(), new HashSet<>(stored.entries().keySet()));
            ParameterTree.of(other.part).params().forEach((name, p) -> stored.read(name, 0, p.value().data().array(),
                    p.value().data().offset(), p.value().size()));
        }
        assertBits(each.f.apply(x), other.f.apply(x));
        assertBits(each.step(x).getFirst(), other.step(x).getFirst());
    }

    /// Result and all gradients of one pass over work that is large enough to be shared out.
    private static List<Tensor> pass(String spec, int threads) {
        try (Workers team = new Workers(threads)) {
            return team.call(() -> {
                Try each = Try.of(spec, true, 64);
                List<Tensor> results =
                        each.step(
                                each.entry.on() instanceof On.Features ? normal(7, 5, 130, 64) : each.input(7, 24, 64));
                results.addAll(each.buffers().values());
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

    // ---- What a number may reach ----

    private static boolean causal(Parameterized part) {
        return part.causal() && ParameterTree.of(part).parts().values().stream().allMatch(Parameterized::causal);
    }

    @ParameterizedTest
    @MethodSource("onFeatures")
    void whoSaysItIsCausalIs(String spec) {
        Norm norm = (Norm) Try.of(spec).part;
        for (Norm each : new Norm[] {norm, (Norm) Try.of(spec, false, D).part}) {
            Tensor x = normal(9, 2, 5, D);
            Tensor changed = Tensor.concat(1, x.slice(1, 0, 3), normal(10, 2, 2, D));
            if (causal(each)) {
                try (Tape _ = Tape.training(new BufferPool(), 0)) {
                    assertBits(each.forward(x).slice(1, 0, 3).copy(), each.forward(changed).slice(1, 0, 3).copy());
                }
            }
        }
    }

    /// Where a NaN at one place of x may appear in y: its statistic, no more.
    private static boolean mayReach(NormEntry entry, int[] from, int[] to) {
        boolean sameExample = from[0] == to[0], sameChannel = from[1] == to[1];
        boolean samePosition = sameExample && (entry.on() instanceof On.Channels ? from[2] == to[2] && from[3] == to[3]
                : from[1] == to[1] && !(entry.on() instanceof On.Condition));
        return switch (entry.over()) {
            case NOTHING -> Arrays.equals(from, to) || entry.on() instanceof On.Weight && samePosition;
            case FEATURES, SOME_FEATURES -> samePosition
                    || sameExample && (entry.on() instanceof On.Condition || entry.group() == Group.CONDITIONAL);
            case POSITIONS -> sameExample && sameChannel;
            case GROUP, POSITIONS_THEN_CHANNELS, NEIGHBOURING_CHANNELS, NEIGHBOURING_POSITIONS -> sameExample;
            case BATCH, PART_OF_BATCH, EARLIER -> sameChannel || entry.on() instanceof On.Features;
            case INPUTS, WEIGHT -> samePosition;
            case COVARIANCE, MIXED -> true;
        };
    }

    @ParameterizedTest
    @MethodSource("specs")
    void nanReachesItsOwnStatisticOnly(String spec) {
        Tensor x = Try.of(spec).input(12, 4, D);
        Tensor bad = x.copy();
        int[] at = x.shape().rank() == 3 ? new int[] {1, 1, 3} : new int[] {1, 3, 1, 2};
        bad.data().set(index(at, x.shape()), Float.NaN);
        Tensor clean = Try.of(spec).step(x).getFirst(), poisoned = Try.of(spec).step(bad).getFirst();
        NormEntry entry = Try.of(spec).entry;
        for (int i = 0; i < x.size(); i++) {
            if (!mayReach(entry, at, place(i, x.shape()))) {
                assertEquals(clean.data().get(i), poisoned.data().get(i), spec);
            }
        }
        assertTrue(Float.isNaN(poisoned.data().get(index(at, x.shape()))), spec);
    }

    private static int index(int[] place, Shape shape) {
        int index = 0;
        for (int axis = 0; axis < place.length; axis++) {
            index = index * shape.dim(axis) + place[axis];
        }
        return index;
    }

    private static int[] place(int index, Shape shape) {
        int[] place = new int[shape.rank()];
        for (int axis = place.length - 1; axis >= 0; axis--) {
            place[axis] = index % shape.dim(axis);
            index /= shape.dim(axis);
        }
        return place;
    }

    // ---- Bad and degenerate input ----

    @ParameterizedTest
    @MethodSource("specs")
    void withoutVarianceAllIsFinite(String spec) {
        for (float value : new float[] {2.5f, 0}) {
            Try each = Try.of(spec);
            for (Tensor result : each.step(Tensor.full(each.input(1, 4, D).shape(), value))) {
                for (float number : result.toArray()) {
                    assertTrue(Float.isFinite(number), () -> spec + " of all " + value);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void anotherWidthIsRefused(String spec) {
        Try each = Try.of(spec);
        boolean knowsItsWidth = ParameterTree.of(each.part).params().values().stream()
                .anyMatch(p -> Arrays.stream(p.shape().toArray()).anyMatch(size -> size == D));
        if (knowsItsWidth) {
            Tensor x = each.input(11, 2, D + 1);
            assertSays(assertThrows(IllegalArgumentException.class, () -> each.f.apply(x)), x.shape().toString(), "8");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch norm | must be one of [; layer_norm, ; got 'batch norm'", "layer_norm{ | braces",
            "layer_norm{eps} | option=value; 'eps'", "layer_norm{eps=1, eps=2} | once; 'eps=2'",
            "layer_norm{eps=x} | eps; 'x'; default",
            "layer_norm{eps=-1} | eps; '-1'", "layer_norm{eps=NaN} | eps; 'NaN'",
            "rms_norm{eps=Infinity} | eps; 'Infinity'",
            "layer_norm{bias=yes} | bias; 'yes'; default is true",
            "layer_norm{color=red} | no option color; [bias, eps]",
            "rms_norm{form=gemma} | form; 'gemma'; default is gain", "batch_norm | images; code", "film | second input",
            "weight_norm | weights of a layer", "identity{eps=1} | identity has no option eps",
            "layer_norm{eps=1} x | braces", "normformer_adaptive{depth=1.5} | depth; '1.5'", " | must be one of"})
    void badSpecsAreExplained(String line) {
        String[] parts = line.split(" ?\\| ?", 2);
        assertSays(assertThrows(IllegalArgumentException.class, () -> Norms.factory(parts[0], true)),
                parts[1].split("; "));
    }

    @Test
    void badNumbersOfAnAdaptiveNormAreExplained() {
        for (String option : List.of("depth=-1", "width=-4", "heads=-2")) {
            NormFactory factory = Norms.factory("normformer_adaptive{" + option + "}", true);
            assertSays(assertThrows(IllegalArgumentException.class, () -> factory.create(new Init(1), 8)),
                    "AdaptiveNormFormer",
                    "must not be negative", "-");
        }
    }

    @Test
    void spacesAndOptionsAreRead() {
        NormFactory factory = Norms.factory("  layer_norm { eps = 0.5 , bias = false } ", false);
        assertEquals(LayerNorm.of(4).withEps(0.5f).eps(), ((LayerNorm) factory.create(new Init(1), 4)).eps());
        assertEquals(List.of("gamma"), List.copyOf(ParameterTree.of(factory.create(new Init(1), 4)).params().keySet()));
        assertBits(LayerNorm.of(4).forward(normal(12, 2, 4)),
                Norms.factory("layer_norm{}", false).create(new Init(1), 4)
                        .forward(normal(12, 2, 4)));
    }
}
