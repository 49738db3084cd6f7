package norma.golden;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import norma.golden.GoldenFile.Case;
import norma.golden.GoldenFile.Values;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Runs golden vectors on the engine, in float: outputs, running statistics and gradients.
///
/// A number a agrees with an expected b if `|a - b| <= tolerance (1 + |b|)`, with a tolerance of 2e-6 for results and 2e-5
/// for gradients; NaN agrees with NaN. In cases of rows without variance, rows of zeros or one feature, results must be
/// right to the last bit wherever the expected number is a decimal that float carries: `0.25`, `-0.323`.
///
/// Where float can't hold an input (9999.997), the result can't be known better than the input: a case that fails is run once
/// more on the floats on the other side of its inputs, and what that moves, 0.1 at most, is added to the tolerance.
final class Golden {
    private static final double FORWARD = 2e-6;
    private static final double BACKWARD = 2e-5;
    private static final double MOST_OF_ROUNDING = 0.1;
    private static final Pattern EXACT = Pattern.compile("zero_variance|zero_row|size_?(one|1)(\\D|$)");

    /// What came of a case.
    enum Status {
        /// All numbers agree.
        PASSED,
        /// One does not, or the engine refused.
        FAILED,
        /// The engine has no such method, or the method no such option.
        UNSUPPORTED
    }

    /// One case.
    ///
    /// @param method which method
    /// @param name which case
    /// @param status what came of it
    /// @param maxError largest `|a - b| / (1 + |b|)`; 0 if nothing was compared
    /// @param reason why it didn't pass; empty if it did
    record Outcome(String method, String name, Status status, double maxError, String reason) {
    }

    private final Map<String, Tensor> results;
    private final Map<String, Tensor> others;
    private double maxError;
    private String failure = "";
    private double worst;

    /// @param results what came out
    /// @param others what came out for inputs rounded to the other side; empty where that doesn't matter
    private Golden(Case golden, Map<String, Tensor> results, Map<String, Tensor> others) {
        this.results = results;
        this.others = others;
        boolean exact = EXACT.matcher(golden.name()).find();
        golden.outputs().forEach((name, expected) -> compare(name, expected, FORWARD, exact));
        golden.buffers().forEach((name, expected) -> compare(after(name), expected, FORWARD, false));
        golden.grads().forEach((name, expected) -> compare(gradientOf(name), expected, BACKWARD, false));
    }

    /// Runs one case.
    static Outcome run(String method, Case golden) {
        try {
            Consumer<GoldenCase> body = Methods.named(method);
            Map<String, Tensor> results = results(body, golden, Values::floats);
            var check = new Golden(golden, results, Map.of());
            if (!check.failure.isEmpty()) {
                check = new Golden(golden, results, results(body, golden, Values::otherFloats));
            }
            Status status = check.failure.isEmpty() ? Status.PASSED : Status.FAILED;
            return new Outcome(method, golden.name(), status, check.maxError, check.failure);
        } catch (GoldenCase.Unsupported e) {
            return new Outcome(method, golden.name(), Status.UNSUPPORTED, 0, e.getMessage());
        } catch (IllegalArgumentException | IllegalStateException e) {
            return new Outcome(method, golden.name(), Status.FAILED, 0, e.getMessage());
        } catch (RuntimeException e) {
            // a mistake of the engine in one case hides no other
            return new Outcome(method, golden.name(), Status.FAILED, 0, e.toString());
        }
    }

    // ---- What the engine computes ----

    /// Outputs, running statistics and gradients by name.
    private static Map<String, Tensor> results(Consumer<GoldenCase> method, Case golden,
            Function<Values, float[]> rounding) {
        var c = new GoldenCase(golden.name(), golden.config(), tensors(golden.inputs(), rounding),
                tensors(golden.constants(), rounding));
        var results = new LinkedHashMap<String, Tensor>();
        boolean training = c.flag("training", true);
        try (Tape tape = training ? Tape.training(new BufferPool(), 0) : Tape.evaluation(new BufferPool())) {
            method.accept(c);
            c.finish();
            golden.outputs().forEach((name, expected) -> c.outputs().computeIfPresent(name,
                    (_, y) -> excerpt(y, expected.shape())));
            c.outputs().forEach((name, y) -> results.put(name, y.copy()));
            Tensor loss = loss(c.outputs(), golden.gradOutputs());
            if (loss.tracked()) {
                tape.backward(loss);
            }
            c.buffers().forEach((name, buffer) -> results.put(after(name), buffer.copy()));
            golden.grads().forEach((name, expected) -> results.put(gradientOf(name),
                    gradient(c.variables().get(name), expected.shape())));
        }
        return results;
    }

    private static String after(String buffer) {
        return buffer + " after the call";
    }

    private static String gradientOf(String input) {
        return "gradient of " + input;
    }

    private static Map<String, Tensor> tensors(Map<String, Values> values, Function<Values, float[]> rounding) {
        var tensors = new LinkedHashMap<String, Tensor>();
        values.forEach((name, value) -> tensors.put(name, Tensor.of(value.shape(), rounding.apply(value))));
        return tensors;
    }

    /// A case may show the first rows of a long result alone.
    private static Tensor excerpt(Tensor y, Shape expected) {
        boolean longer = expected.rank() > 0 && y.shape().rank() == expected.rank() && y.dim(0) > expected.dim(0)
                && y.shape().with(0, expected.dim(0)).equals(expected);
        return longer ? y.slice(0, 0, expected.dim(0)) : y;
    }

    /// L = sum over the outputs of `<grad_output, output>`
    private static Tensor loss(Map<String, Tensor> outputs, Map<String, Values> gradients) {
        Tensor loss = Tensor.scalar(0);
        for (var gradient : gradients.entrySet()) {
            Tensor y = outputs.get(gradient.getKey());
            if (y != null && y.shape().equals(gradient.getValue().shape())) {
                loss = loss.add(y.multiply(Tensor.of(y.shape(), gradient.getValue().floats())).sum());
            }
        }
        return loss;
    }

    /// The gradient; zeros if the loss doesn't depend on x.
    private static Tensor gradient(Tensor x, Shape shape) {
        return x.hasGradient() ? x.gradient().copy().reshape(shape) : Tensor.of(shape, new float[shape.size()]);
    }

    // ---- What is expected ----

    private void compare(String name, Values expected, double tolerance, boolean exact) {
        Tensor actual = results.get(name);
        if (actual == null || !actual.shape().equals(expected.shape())) {
            fail("%s must be %s; got %s".formatted(name, expected.shape(), actual == null ? "nothing" : actual.shape()),
                    Double.POSITIVE_INFINITY);
            return;
        }
        double error = 0;
        boolean last = true;
        float[] values = actual.toArray();
        for (int i = 0; i < expected.values().length; i++) {
            double b = expected.values()[i];
            float a = values[i];
            error = Math.max(error, error(a, b));
            last &= !(exact && carried(b)) || a == (float) b;
        }
        maxError = Math.max(maxError, error);
        if (error > tolerance + ofRounding(name)) {
            fail(Double.isInfinite(error)
                    ? name + " differs in which of its numbers are finite"
                    : String.format(Locale.ROOT, "%s is off by %.3g, more than %.0e", name, error, tolerance), error);
        } else if (!last) {
            fail(String.format(Locale.ROOT, "%s must be right to the last bit; is off by %.3g", name, error), error);
        }
    }

    /// What the rounding of the inputs moves a result by.
    private double ofRounding(String name) {
        if (!others.containsKey(name)) {
            return 0;
        }
        float[] one = results.get(name).toArray(), other = others.get(name).toArray();
        double most = 0;
        for (int i = 0; i < one.length; i++) {
            most = Math.max(most, error(one[i], other[i]));
        }
        return Math.min(most, MOST_OF_ROUNDING);
    }

    /// The worst of what is wrong.
    private void fail(String text, double error) {
        if (failure.isEmpty() || error > worst) {
            failure = text;
            worst = error;
        }
    }

    private static double error(double a, double b) {
        if (Double.compare(a, b) == 0) {
            return 0;
        }
        double error = Math.abs(a - b) / (1 + Math.abs(b));
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }

    /// Whether b is the decimal that a float is printed as.
    private static boolean carried(double b) {
        return Double.parseDouble(Float.toString((float) b)) == b;
    }
}
