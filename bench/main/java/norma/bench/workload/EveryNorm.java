package norma.bench.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import norma.bench.workload.Workload.Operation;
import norma.catalogue.NormEntry;
import norma.catalogue.NormEntry.On;
import norma.catalogue.Norms;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;
import norma.norm.ConditionalNorm;
import norma.norm.Norm;
import norma.norm.StatisticsAxes;
import norma.norm.conditional.ConditionalBatchNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Every method of the catalogue, forward and backward in training, on one shape of what it is put on. Those that have workloads of
/// their own ([norma.bench.workload.Norms]) are left out.
///
/// Bytes are those that every norm must move: x read and y written, then x and dy read and dx written. Parameters
/// and conditions are not counted, so the share of the limit is too low where a condition is as large as x. Nor is
/// arithmetic: memory is the limit.
final class EveryNorm {
    private static final int[] SEQUENCES = {16, 256, 1024};
    private static final int[] IMAGES = {64, 64, 32, 32};
    private static final int[] WEIGHTS = {1024, 1024};

    private static final Set<String> ELSEWHERE = Set.of("layer_norm", "rms_norm", "identity");
    private static final Set<String> QUICK = Set.of("batch_norm", "group_norm", "instance_norm", "dynamic_tanh");
    private static final Map<String, String> OPTIONS = Map.of("group_norm", "{groups=32}");

    private EveryNorm() {
    }

    static List<Workload> workloads() {
        return Norms.all().stream().filter(entry -> !ELSEWHERE.contains(entry.name())).map(EveryNorm::workload)
                .toList();
    }

    private static Workload workload(NormEntry entry) {
        int[] dims = dims(entry);
        String options = OPTIONS.getOrDefault(entry.name(), "");
        String shape = Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("x"));
        Workload workload = Workload.of(entry.name() + "_fwd_bwd", shape + options, 0, 5.0 * 4 * Shape.of(dims).size(),
                () -> operation(entry, options, dims));
        return QUICK.contains(entry.name()) ? workload.inQuickRun() : workload;
    }

    private static int[] dims(NormEntry entry) {
        if (entry.on() instanceof On.Weight) {
            return WEIGHTS;
        }
        boolean rows =
                entry.on() instanceof On.Features
                        || entry.on() instanceof On.Condition && entry.over() == StatisticsAxes.FEATURES;
        return rows ? SEQUENCES : IMAGES;
    }

    private static Operation operation(NormEntry entry, String options, int[] dims) {
        boolean channels = dims == IMAGES;
        Parameterized part =
                Norms.any(entry.name() + options, false).create(new Init(1),
                        channels ? dims[1] : dims[dims.length - 1]);
        Tensor x = Inputs.random(1, dims);
        Tensor[] parameters =
                ParameterTree.of(part).params().values().stream().map(p -> p.value()).toArray(Tensor[]::new);
        return switch (part) {
            case Norm norm -> Passes.forwardBackward(in -> one(norm.forward(in[0])), List.of(x), parameters);
            case ConditionalNorm norm -> Passes.forwardBackward(in -> one(norm.forward(in[0], in[1])),
                    List.of(x, condition(norm, x.shape())), parameters);
            case Linear linear -> Passes.forwardBackward(_ -> one(linear.weight().value()), List.of(), parameters);
            case Layer layer -> Passes.forwardBackward(in -> one(layer.forward(in[0])), List.of(x), parameters);
            default -> throw new IllegalStateException(entry.name() + " makes " + part);
        };
    }

    /// Random numbers; for a norm by classes, random ones of all its classes.
    private static Tensor condition(ConditionalNorm norm, Shape x) {
        Shape shape = norm.conditionShape(x);
        if (!(norm instanceof ConditionalBatchNorm byClass)) {
            return Inputs.random(2, shape.toArray());
        }
        int[] classes = Inputs.indices(2, byClass.gamma().table().value().dim(0), shape.toArray()).values();
        float[] numbers = new float[classes.length];
        for (int i = 0; i < classes.length; i++) {
            numbers[i] = classes[i];
        }
        return Tensor.of(shape, numbers);
    }

    private static Tensor[] one(Tensor y) {
        return new Tensor[] {y};
    }
}
