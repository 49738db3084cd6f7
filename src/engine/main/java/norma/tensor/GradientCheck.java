package norma.tensor;

import java.util.SplittableRandom;
import java.util.function.Function;

/// Compares derivatives with finite differences along random directions: one number for any size of input
/// (after the `check_grads` of HIPS autograd).
///
/// With random u and v it compares <v, J^T u>, from the tape, with the central difference of <u, f(x + h v)>, extrapolated
/// from h and 2 h. Everything is float32, so errors of 1e-3 are rounding; a wrong derivative gives errors near 1.
///
/// @param first error of [Tape#backward], relative to the size of the terms of <v, J^T u>
/// @param agreement largest difference between [Tape#backward], which uses fused kernels, and [Tape#gradients], which uses
///     their composed definitions, relative to the largest gradient
/// @param second error of the derivative of [Tape#gradients]
public record GradientCheck(double first, double agreement, double second) {
    private static final float H = 1f / 64;

    /// Runs all three comparisons.
    ///
    /// @param f the function; called many times, each time on an open training tape of the same seed
    /// @param xs where to differentiate; not changed
    public static GradientCheck of(Function<Tensor[], Tensor> f, Tensor... xs) {
        Tensor[] direct = gradient(f, xs);
        Tensor[] definition = recordedGradient(f, xs);
        double largest = 1e-20;
        double difference = 0;
        for (int i = 0; i < xs.length; i++) {
            float[] defined = definition[i].toArray(), fused = direct[i].toArray();
            for (int k = 0; k < xs[i].size(); k++) {
                largest = Math.max(largest, Math.abs(defined[k]));
                difference = Math.max(difference, Math.abs(defined[k] - fused[k]));
            }
        }
        Function<Tensor[], Tensor> g =
                inputs -> flat(Tape.current().orElseThrow().gradients(probe(f.apply(inputs), 2), inputs));
        return new GradientCheck(error(f, direct, xs), difference / largest, error(g, recordedGradient(g, xs), xs));
    }

    /// Only the first comparison, for functions whose second derivative is not wanted.
    public static double first(Function<Tensor[], Tensor> f, Tensor... xs) {
        return error(f, gradient(f, xs), xs);
    }

    private static double error(Function<Tensor[], Tensor> f, Tensor[] gradients, Tensor[] xs) {
        Tensor[] v = new Tensor[xs.length];
        double analytic = 0;
        double squares = 0;
        for (int i = 0; i < xs.length; i++) {
            v[i] = random(xs[i].shape(), 100 + i);
            float[] gradient = gradients[i].toArray(), direction = v[i].toArray();
            for (int k = 0; k < gradient.length; k++) {
                double term = (double) gradient[k] * direction[k];
                analytic += term;
                squares += term * term;
            }
        }
        double numeric = (4 * slope(f, xs, v, H) - slope(f, xs, v, 2 * H)) / 3;
        return Math.abs(numeric - analytic) / Math.max(1e-4, Math.abs(analytic) + Math.sqrt(squares));
    }

    /// (<u, f(x + h v)> - <u, f(x - h v)>) / 2h, summed in double
    private static double slope(Function<Tensor[], Tensor> f, Tensor[] xs, Tensor[] v, float h) {
        return (value(f, moved(xs, v, h)) - value(f, moved(xs, v, -h))) / (2 * h);
    }

    private static Tensor[] moved(Tensor[] xs, Tensor[] v, float h) {
        Tensor[] moved = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            moved[i] = xs[i].detach().add(v[i].multiply(h)).variable();
        }
        return moved;
    }

    private static double value(Function<Tensor[], Tensor> f, Tensor[] xs) {
        try (Tape _ = Tape.training(new BufferPool(), 1)) {
            float[] y = f.apply(xs).toArray();
            float[] u = random(Shape.of(y.length), 1).toArray();
            double sum = 0;
            for (int i = 0; i < y.length; i++) {
                sum += (double) y[i] * u[i];
            }
            return sum;
        }
    }

    private static Tensor[] gradient(Function<Tensor[], Tensor> f, Tensor[] xs) {
        Tensor[] inputs = variables(xs);
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            Tensor y = probe(f.apply(inputs), 1);
            if (y.tracked()) {
                tape.backward(y);
            }
        }
        Tensor[] gradients = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            gradients[i] = inputs[i].hasGradient() ? inputs[i].gradient() : Tensor.full(xs[i].shape(), 0);
        }
        return gradients;
    }

    private static Tensor[] recordedGradient(Function<Tensor[], Tensor> f, Tensor[] xs) {
        Tensor[] inputs = variables(xs);
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            Tensor[] gradients = tape.gradients(probe(f.apply(inputs), 1), inputs);
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] = gradients[i].copy();
            }
            return gradients;
        }
    }

    /// <u, y> for the random u that belongs to a seed
    private static Tensor probe(Tensor y, long seed) {
        Tensor flat = y.reshape(y.size());
        return flat.multiply(random(flat.shape(), seed)).sum();
    }

    private static Tensor flat(Tensor[] tensors) {
        Tensor[] flat = new Tensor[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            flat[i] = tensors[i].reshape(tensors[i].size());
        }
        return Tensor.concat(0, flat);
    }

    private static Tensor[] variables(Tensor[] xs) {
        Tensor[] variables = new Tensor[xs.length];
        for (int i = 0; i < xs.length; i++) {
            variables[i] = xs[i].copy().variable();
        }
        return variables;
    }

    private static Tensor random(Shape shape, long seed) {
        var random = new SplittableRandom(seed);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Tensor.adopt(shape, values);
    }
}
