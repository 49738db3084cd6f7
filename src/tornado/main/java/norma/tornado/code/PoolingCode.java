package norma.tornado.code;

/// The maximum or the mean of the inputs under a window. `m[1] ... m[12]` hold the geometry, as for [Windows].
public final class PoolingCode {

    private PoolingCode() {
    }

    /// y = the largest input under the window; the first of equals, the last of NaNs.
    ///
    /// @param m iterations: outputs; geometry; x, y, winners
    /// @param f -infinity
    public static void largest(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int output = i % Windows.outPlane(m), plane = m[13] + i / Windows.outPlane(m) * Windows.plane(m);
            float best = f[0];
            int winner = 0;
            for (int tap = 0; tap < Windows.taps(m); tap++) {
                int input = Windows.input(m, output, tap);
                if (input >= 0) {
                    float x = s[plane + input];
                    if (x > best || x != x) {
                        best = x;
                        winner = tap;
                    }
                }
            }
            s[m[14] + i] = best;
            s[m[15] + i] = winner;
        }
    }

    /// dx = the sum of dy over the windows in which the input won.
    ///
    /// @param m iterations: inputs; geometry; dy, winners, dx
    public static void largestGradient(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int input = i % Windows.plane(m), plane = i / Windows.plane(m) * Windows.outPlane(m);
            float sum = 0;
            for (int tap = 0; tap < Windows.taps(m); tap++) {
                int output = Windows.output(m, input, tap);
                if (output >= 0) {
                    sum += s[m[14] + plane + output] == tap ? s[m[13] + plane + output] : 0;
                }
            }
            s[m[15] + i] = sum;
        }
    }

    /// y = the sum of the inputs under the window over their number.
    ///
    /// @param m iterations: outputs; geometry; x, y, whether padding counts
    public static void average(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int output = i % Windows.outPlane(m), plane = m[13] + i / Windows.outPlane(m) * Windows.plane(m);
            float sum = 0;
            for (int tap = 0; tap < Windows.taps(m); tap++) {
                int input = Windows.input(m, output, tap);
                if (input >= 0) {
                    sum += s[plane + input];
                }
            }
            s[m[14] + i] = sum / Windows.count(m, output, m[15]);
        }
    }

    /// dx = the sum of dy over the windows that see the input, each over its number of inputs.
    ///
    /// @param m iterations: inputs; geometry; dy, dx, whether padding counts
    public static void averageGradient(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int input = i % Windows.plane(m), plane = m[13] + i / Windows.plane(m) * Windows.outPlane(m);
            float sum = 0;
            for (int tap = 0; tap < Windows.taps(m); tap++) {
                int output = Windows.output(m, input, tap);
                if (output >= 0) {
                    sum += s[plane + output] / Windows.count(m, output, m[15]);
                }
            }
            s[m[14] + i] = sum;
        }
    }
}
