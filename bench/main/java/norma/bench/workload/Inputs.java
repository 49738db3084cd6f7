package norma.bench.workload;

import norma.kernel.SplitMix;
import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Random inputs, the same in every run.
public final class Inputs {
    private static final double ROOT_3 = Math.sqrt(3);

    private Inputs() {
    }

    /// Numbers of mean 0 and variance 1, nearly normal: the sum of four that are uniform.
    public static Tensor random(long seed, int... dims) {
        Shape shape = Shape.of(dims);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            long bits = SplitMix.at(seed, i);
            long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
            values[i] = (float) (ROOT_3 * (sum * 0x1p-16 - 2));
        }
        return Tensor.of(shape, values);
    }

    /// Whole numbers in `[0, bound)`.
    public static Indices indices(long seed, int bound, int... dims) {
        Shape shape = Shape.of(dims);
        int[] values = new int[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = SplitMix.below(bound, seed, i);
        }
        return new Indices(values, shape);
    }
}
