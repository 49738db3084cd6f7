package norma.tensor;

import java.util.SplittableRandom;

/// Tensors that are made by a rule.
final class Made {

    private Made() {
    }

    static Tensor eye(int n) {
        float[] values = new float[Shape.of(n, n).size()];
        for (int i = 0; i < n; i++) {
            values[i * (n + 1)] = 1;
        }
        return Tensor.adopt(Shape.of(n, n), values);
    }

    static Tensor arange(double from, double to, double step) {
        double count = Math.ceil((to - from) / step);
        if (!(Math.abs(count) < Integer.MAX_VALUE) || step == 0) {
            throw new IllegalArgumentException(
                    "arange: needs finite numbers and a step that is not 0; got from %s to %s by %s".formatted(from, to,
                            step));
        }
        return steps(from, step, (int) Math.max(0, count));
    }

    static Tensor linspace(double from, double to, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("linspace: needs one number at least; got " + count);
        }
        Tensor y = steps(from, count == 1 ? 0 : (to - from) / (count - 1), count);
        if (count > 1) {
            y.set((float) to, count - 1);
        }
        return y;
    }

    private static Tensor steps(double from, double step, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (from + i * step);
        }
        return Tensor.adopt(Shape.of(count), values);
    }

    static Tensor randomUniform(long seed, float low, float high, Shape shape) {
        if (!(low < high) || Float.isInfinite(high - low)) {
            throw new IllegalArgumentException(
                    "randomUniform: needs low < high, both finite; got %s and %s".formatted(low, high));
        }
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            // 24 bits, so that no number rounds up to `high`
            values[i] = Math.min(low + (high - low) * ((random.nextInt() >>> 8) * 0x1p-24f), Math.nextDown(high));
        }
        return Tensor.adopt(shape, values);
    }

    static Tensor randomNormal(long seed, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.adopt(shape, values);
    }

    static Tensor oneHot(Indices classes, int count) {
        classes.check("oneHot", count);
        float[] values = new float[classes.shape().append(count).size()];
        for (int i = 0; i < classes.size(); i++) {
            values[i * count + classes.values()[i]] = 1;
        }
        return Tensor.adopt(classes.shape().append(count), values);
    }

    static Tensor of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] values = new float[Shape.of(rows.length, columns).size()];
        for (int i = 0; i < rows.length; i++) {
            requireLength("row", i, rows[i].length, columns);
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return Tensor.adopt(Shape.of(rows.length, columns), values);
    }

    static Tensor of(float[][][] planes) {
        int rows = planes.length == 0 ? 0 : planes[0].length;
        int columns = rows == 0 ? 0 : planes[0][0].length;
        Tensor[] parts = new Tensor[planes.length];
        for (int i = 0; i < planes.length; i++) {
            requireLength("matrix", i, planes[i].length, rows);
            parts[i] = of(planes[i]);
            requireLength("matrix", i, parts[i].dim(1), columns);
        }
        return planes.length == 0 ? Tensor.of(Shape.of(0, 0, 0)) : Tensor.stack(0, parts);
    }

    private static void requireLength(String what, int i, int length, int first) {
        if (length != first) {
            throw new IllegalArgumentException("Tensor: every %s must be as long as the first, %d; %s %d has %d"
                    .formatted(what, first, what, i, length));
        }
    }
}
