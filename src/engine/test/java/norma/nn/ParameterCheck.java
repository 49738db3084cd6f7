package norma.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.Supplier;
import norma.tensor.BufferPool;
import norma.tensor.Numbers;
import norma.tensor.Op;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Checks of whole layers: the gradients of their parameters, and each fused operation against its definition.
public final class ParameterCheck {
    private static final float H = 1f / 128;

    private ParameterCheck() {
    }

    /// Moves every parameter by something in +-size: away from first values, where much is 0 or 1.
    public static <P extends Parameterized> P shaken(P part, long seed, double size) {
        ParameterTree.of(part).params()
                .forEach((name, param) -> move(param.value(), direction(name, seed, param.value()), (float) size));
        return part;
    }

    private static float[] direction(String name, long seed, Tensor value) {
        var random = new SplittableRandom(name.hashCode() + seed);
        float[] v = new float[value.size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) random.nextDouble(-1, 1);
        }
        return v;
    }

    private static void move(Tensor x, float[] v, float by) {
        for (int i = 0; i < v.length; i++) {
            x.data().array()[x.data().offset() + i] += by * v[i];
        }
    }

    /// Compares the gradients of all learned parameters with differences along one random direction in each of them.
    public static void assertParameterGradients(String what, Parameterized part, Supplier<Tensor> f) {
        var params = ParameterTree.of(part).params();
        if (params.isEmpty()) {
            return;
        }
        params.values().forEach(param -> param.value().clearGradient());
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            tape.backward(probed(f));
        }
        params.forEach((name, param) -> {
            Tensor x = param.value();
            assertEquals(param.role() != Param.Role.BUFFER, x.tracked(), name);
            assertTrue(!x.tracked() || x.hasGradient(), () -> what + ": " + name + " has no gradient");
            if (x.tracked()) {
                float[] v = direction(name, 5, x);
                double analytic = 0, squares = 0;
                for (int i = 0; i < v.length; i++) {
                    double term = (double) x.gradient().data().get(i) * v[i];
                    analytic += term;
                    squares += term * term;
                }
                double numeric = (4 * slope(f, x, v, H) - slope(f, x, v, 2 * H)) / 3;
                // as in GradientCheck: float32 rounding over h
                assertEquals(numeric, analytic, 3e-3 * (Math.abs(analytic) + Math.sqrt(squares)) + 3e-4,
                        what + ": " + name);
            }
        });
    }

    private static double slope(Supplier<Tensor> f, Tensor x, float[] v, float h) {
        float[] before = x.toArray();
        double[] values = new double[2];
        for (int side = 0; side < 2; side++) {
            move(x, v, side == 0 ? h : -h);
            try (Tape _ = Tape.training(new BufferPool(), 1)) {
                values[side] = probed(f).item();
            }
            System.arraycopy(before, 0, x.data().array(), x.data().offset(), before.length);
        }
        return (values[0] - values[1]) / (2 * h);
    }

    /// f weighted at random, so that no two errors cancel
    private static Tensor probed(Supplier<Tensor> f) {
        Tensor y = f.get();
        return y.multiply(Numbers.uniform(3, -1, 1, y.shape().toArray())).mean();
    }

    /// Every fused operation that f records gives what its definition gives, to the rounding of float32.
    public static void assertFusedIsComposed(String what, Supplier<Tensor> f) {
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            f.get();
            tape.forEach((op, y) -> {
                if (op instanceof Op.Fused fused) {
                    Numbers.assertClose(y.detach(), fused.definition().detach().reshape(y.shape()), 2e-5);
                }
            });
        }
    }
}
