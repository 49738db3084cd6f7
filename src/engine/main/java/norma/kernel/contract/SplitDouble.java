package norma.kernel.contract;

import norma.kernel.Floats;

/// A double in floats, so that a sum in double can stay where the kernels' data is: it is (y0 + y1 + y2) 2^y3, without
/// rounding.
public final class SplitDouble {
    /// How many floats one takes.
    public static final int LENGTH = 4;

    private SplitDouble() {
    }

    static void write(double value, Floats y) {
        int exponent = Double.isFinite(value) ? Math.getExponent(value) : 0;
        double rest = Math.scalb(value, -exponent);
        for (int i = 0; i < 3; i++) {
            float part = (float) rest;
            y.array()[y.offset() + i] = part;
            rest = Float.isFinite(part) ? rest - part : 0;
        }
        y.array()[y.offset() + 3] = exponent;
    }

    /// The double whose floats begin at `values[from]`.
    public static double read(float[] values, int from) {
        return Math.scalb((double) values[from] + values[from + 1] + values[from + 2], (int) values[from + 3]);
    }
}
