package norma.golden;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import norma.kernel.Activation;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Param;
import norma.norm.RunningStatistics;
import norma.tensor.Indices;
import norma.tensor.Tensor;

/// A golden vector as [Methods] sees it: options and tensors by name, and a place for what comes out.
///
/// A method takes what it understands. What nobody took makes the case unsupported when it is done: an option that is
/// passed over would make a wrong answer look like a failure, or a right one like a proof.
///
/// Inputs are tracked, so gradients find them through whatever a layer does with them.
final class GoldenCase {

    /// The method can't do what a case asks for; the message says what.
    static final class Unsupported extends RuntimeException {
        private static final long serialVersionUID = 1;

        /// @param reason what it can't do
        Unsupported(String reason) {
            super(reason);
        }
    }

    private final String name;
    private final Map<String, Object> options;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Tensor> variables = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();

    /// A case that no method has seen yet.
    ///
    /// @param name of the case
    /// @param options numbers, booleans, texts and lists of them by name
    /// @param inputs tensors that gradients are wanted for
    /// @param constants tensors without gradient, running statistics before the call among them
    GoldenCase(String name, Map<String, Object> options, Map<String, Tensor> inputs,
            Map<String, Tensor> constants) {
        this.name = name;
        this.options = options;
        inputs.forEach((key, value) -> variables.put(key, value.variable()));
        tensors.putAll(variables);
        constants.forEach((key, value) -> {
            if (tensors.putIfAbsent(key, value) != null) {
                throw new IllegalArgumentException("GoldenCase: a tensor must be given once; " + key + " comes twice");
            }
        });
    }

    /// What the case is called.
    String name() {
        return name;
    }

    // ---- Options ----

    /// A number.
    float number(String option, double otherwise) {
        return (float) (double) option(option, Double.class, otherwise);
    }

    /// Whether the option is there and says `null`, which elsewhere means the same as its absence.
    boolean isNull(String option) {
        taken.add(option);
        return options.containsKey(option) && options.get(option) == null;
    }

    /// A whole number.
    int integer(String option, int otherwise) {
        return whole(option, option(option, Double.class, (double) otherwise));
    }

    /// The p of a length, a number or the text `Infinity`; 2 if it isn't given.
    double power(String option) {
        taken.add(option);
        return switch (options.get(option)) {
            case null -> 2;
            case Double p -> p;
            case String text when text.equals("Infinity") || text.equals("inf") -> Double.POSITIVE_INFINITY;
            case Object other -> throw new Unsupported("config: %s is %s, which is no power".formatted(option, other));
        };
    }

    /// True or false.
    boolean flag(String option, boolean otherwise) {
        return option(option, Boolean.class, otherwise);
    }

    /// A text.
    String text(String option, String otherwise) {
        return option(option, String.class, otherwise);
    }

    /// A list of texts.
    List<String> texts(String option, List<String> otherwise) {
        taken.add(option);
        return options.get(option) instanceof List<?> list ? list.stream().map(String::valueOf).toList() : otherwise;
    }

    /// A list of whole numbers; one alone is a list too.
    int[] integers(String option, int... otherwise) {
        taken.add(option);
        return switch (options.get(option)) {
            case null -> otherwise;
            case List<?> list -> list.stream().mapToInt(value -> whole(option, value)).toArray();
            case Object value -> new int[] {whole(option, value)};
        };
    }

    /// Whether `var` says that variances are divided by n - 1.
    public boolean unbiased() {
        return switch (text("var", "unbiased")) {
            case "unbiased" -> true;
            case "biased" -> false;
            case String other -> throw new Unsupported("config: var " + other);
        };
    }

    /// A nonlinearity, by the names of the golden vectors.
    Activation activation(String option, Activation otherwise) {
        return switch (text(option, null)) {
            case null -> otherwise;
            case "gelu_exact", "gelu_erf", "gelu" -> Activation.GELU_ERF;
            case "gelu_tanh" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            case "selu" -> Activation.SELU;
            case "identity", "none" -> Activation.IDENTITY;
            case String other -> throw new Unsupported("config: %s %s".formatted(option, other));
        };
    }

    /// Takes an option that must repeat what the shapes say.
    void expect(String option, int size) {
        if (integer(option, size) != size) {
            throw new Unsupported(
                    "config: %s is %s, but the tensors say %d".formatted(option, options.get(option), size));
        }
    }

    /// Takes options that change nothing here.
    void ignore(String... names) {
        taken.addAll(Arrays.asList(names));
    }

    private <T> T option(String option, Class<T> type, T otherwise) {
        taken.add(option);
        Object value = options.get(option);
        if (value != null && !type.isInstance(value)) {
            throw new Unsupported("config: %s is %s, which is no %s".formatted(option, value, type.getSimpleName()));
        }
        return value == null ? otherwise : type.cast(value);
    }

    private static int whole(String option, Object value) {
        if (!(value instanceof Double number) || number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw new Unsupported("config: %s is %s, which is no whole number".formatted(option, value));
        }
        return number.intValue();
    }

    // ---- Tensors ----

    /// Whether there is a tensor of that name.
    boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    /// A tensor that must be there.
    Tensor input(String tensor) {
        taken.add(tensor);
        if (!has(tensor)) {
            throw new Unsupported("no input " + tensor);
        }
        return tensors.get(tensor);
    }

    /// A tensor as sequences (B, T, D), whatever axes stand before the last two.
    Tensor sequences(String tensor) {
        Tensor x = input(tensor);
        if (x.shape().rank() < 2) {
            throw new Unsupported("%s %s is no sequence".formatted(tensor, x.shape()));
        }
        return x.reshape(x.shape().slice(0, x.shape().rank() - 2).size(), x.dim(-2), x.dim(-1));
    }

    /// A tensor of whole numbers.
    Indices indices(String tensor) {
        return Indices.of(input(tensor));
    }

    /// A gain or bias that must be there.
    Param gain(String tensor) {
        return new Param(input(tensor), Param.Role.NO_DECAY);
    }

    /// A gain or bias, if the case has it.
    Optional<Param> gainIfAny(String tensor) {
        return has(tensor) ? Optional.of(gain(tensor)) : Optional.empty();
    }

    /// A gain or bias of C channels; where the case has none, one that changes nothing.
    Param gainOr(float neutral, String tensor, int channels) {
        return gainIfAny(tensor).orElseGet(() -> Init.constant(neutral, channels));
    }

    /// A weight that must be there.
    Param weight(String tensor) {
        return new Param(input(tensor), Param.Role.WEIGHT);
    }

    /// A linear layer of a matrix (out, in) and, if the case has one, a bias.
    Linear linear(String weight, String bias) {
        Linear plain = Linear.of(weight(weight));
        return has(bias) ? plain.withBias(gain(bias)) : plain;
    }

    /// Running statistics of C channels, compared after the call; those the case lacks start fresh.
    RunningStatistics running(int channels) {
        float weight = isNull("momentum") ? RunningStatistics.CUMULATIVE
                : number("momentum", RunningStatistics.WEIGHT);
        RunningStatistics running = RunningStatistics.of(channels, weight);
        running("running_mean", running.mean());
        running("running_var", running.variance());
        running("num_batches_tracked", running.batches());
        return running;
    }

    private void running(String tensor, Param buffer) {
        load(buffer, tensor);
        buffers.put(tensor, buffer.value());
    }

    /// A buffer that begins as the tensor says, compared after the call.
    Param buffer(String tensor) {
        Param buffer = Param.buffer(input(tensor).copy());
        buffers.put(tensor, buffer.value());
        return buffer;
    }

    /// Puts a tensor's numbers into a parameter that a layer made itself, whose gradient is then that input's. A parameter
    /// or tensor that isn't there is left alone.
    void load(Param param, String tensor) {
        if (param == null || !has(tensor)) {
            return;
        }
        if (param.value().size() != input(tensor).size()) {
            throw new IllegalArgumentException("%s must be %s; got %s"
                    .formatted(tensor, param.value().shape(), input(tensor).shape()));
        }
        param.value().set(input(tensor));
        variables.computeIfPresent(tensor, (_, _) -> param.value());
    }

    // ---- Results ----

    /// Gives a result.
    void output(String tensor, Tensor value) {
        outputs.put(tensor, value);
    }

    /// Gives the result y of a layer on x.
    void output(Layer layer) {
        output("y", layer.forward(input("x")));
    }

    /// Checks that the method took everything.
    void finish() {
        var left = new TreeSet<String>();
        options.keySet().stream().filter(key -> !taken.contains(key)).forEach(key -> left.add("option " + key));
        tensors.keySet().stream().filter(key -> !taken.contains(key)).forEach(key -> left.add("input " + key));
        if (!left.isEmpty()) {
            throw new Unsupported("what to do with " + String.join(", ", left));
        }
    }

    /// What came out, by name.
    Map<String, Tensor> outputs() {
        return outputs;
    }

    /// Running statistics after the call, by name.
    Map<String, Tensor> buffers() {
        return buffers;
    }

    /// For each input, the variable that has its gradient.
    Map<String, Tensor> variables() {
        return variables;
    }
}
