package norma.kernel.simd.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.contract.Scratch;

/// What several kernels ask of one row of floats. Sums over lanes are taken in a fixed order, in double.
public final class RowMath {
    private static final Scratch VECTOR = new Scratch();
    private static final Scratch ONES = new Scratch();
    private static final Scratch ZEROS = new Scratch();

    /// Elements that four vectors sum up in float before the sum goes into a double: 32 additions to a lane, whatever the
    /// width, so that narrow vectors are as accurate as wide ones.
    public static final int SPAN = 4 * 32 * LANES;

    private RowMath() {
    }

    /// A gain, or ones in its place, valid until the thread asks again.
    public static Floats orOnes(Floats gain, int columns) {
        return gain != null ? gain : filled(ONES, columns, 1);
    }

    /// A bias, or zeros in its place, valid until the thread asks again.
    public static Floats orZeros(Floats bias, int columns) {
        return bias != null ? bias : filled(ZEROS, columns, 0);
    }

    private static Floats filled(Scratch room, int columns, float value) {
        float[] values = room.floats(columns);
        Arrays.fill(values, 0, columns, value);
        return new Floats(values, 0, columns);
    }

    /// Room for the lanes of one vector; valid until the thread asks again.
    public static float[] lanes() {
        return VECTOR.floats(LANES);
    }

    /// Sum of what a vector left in `lanes`.
    public static double sum(float[] lanes) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int i = 0; i < LANES; i += 4) {
            s0 += lanes[i];
            s1 += lanes[i + 1];
            s2 += lanes[i + 2];
            s3 += lanes[i + 3];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /// max x, or anything if the row holds a NaN; minus infinity for no elements.
    public static float max(float[] x, int x0, int n) {
        FloatVector m0 = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY), m1 = m0;
        int i = 0;
        for (; i <= n - 2 * LANES; i += 2 * LANES) {
            FloatVector a = fromArray(F, x, x0 + i), b = fromArray(F, x, x0 + i + LANES);
            m0 = m0.blend(a, a.compare(VectorOperators.GT, m0));
            m1 = m1.blend(b, b.compare(VectorOperators.GT, m1));
        }
        m0 = m0.blend(m1, m1.compare(VectorOperators.GT, m0));
        float[] lanes = lanes();
        m0.intoArray(lanes, 0);
        return max(lanes, x, x0 + i, x0 + n);
    }

    /// The maximum of what a vector left in `lanes` and of x[from ... to - 1].
    private static float max(float[] lanes, float[] x, int from, int to) {
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < LANES; k++) {
            max = lanes[k] > max ? lanes[k] : max;
        }
        for (int i = from; i < to; i++) {
            max = x[i] > max ? x[i] : max;
        }
        return max;
    }

    /// y = exp(x - max), and its sum; y may be x.
    public static double exps(float[] x, int x0, int n, float max, float[] y, int y0) {
        return exps(x, x0, n, max, y, y0, x0, lanes());
    }

    /// y = exp(x - max), and its sum; y may be x. The same loop takes the maximum of the row that comes next: memory hands that
    /// row over while the exponentials are computed, and the next call finds it in cache.
    ///
    /// @param next where the next row begins in x; x0 if there is none
    /// @param lanes room for the lanes of one vector; on return the first is the maximum of the next row
    public static double exps(float[] x, int x0, int n, float max, float[] y, int y0, int next, float[] lanes) {
        FloatVector sums = FloatVector.zero(F), maxima = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int whole = F.loopBound(n);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector e = VectorMath.expOfNegative(fromArray(F, x, x0 + i).sub(max)), a = fromArray(F, x, next + i);
            e.intoArray(y, y0 + i);
            sums = sums.add(e);
            maxima = maxima.blend(a, a.compare(VectorOperators.GT, maxima));
        }
        double sum = 0;
        if (whole < n) {
            VectorMath.expOfNegative(rest(x, x0, whole, n, lanes).sub(max)).intoArray(lanes, 0);
            System.arraycopy(lanes, 0, y, y0 + whole, n - whole);
            sum = sum(lanes);
        }
        sums.intoArray(lanes, 0);
        sum += sum(lanes);
        maxima.intoArray(lanes, 0);
        lanes[0] = max(lanes, x, next + whole, next + n);
        return sum;
    }

    /// x[from ... n - 1], filled up with minus infinity.
    static FloatVector rest(float[] x, int x0, int from, int n, float[] lanes) {
        Arrays.fill(lanes, n - from, LANES, Float.NEGATIVE_INFINITY);
        System.arraycopy(x, x0 + from, lanes, 0, n - from);
        return fromArray(F, lanes, 0);
    }
}
