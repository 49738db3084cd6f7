package norma.tornado.code;

/// Maths on one element at a time: iteration i writes element i of the result.
public final class ElementwiseCode {
    // The ordinals of ElementwiseKernel.Unary, of which the last ones need double.
    private static final int NEGATE = 0;
    private static final int ABS = 1;
    private static final int SIGN = 2;
    private static final int FLOOR = 3;
    private static final int ROUND = 4;
    private static final int SQUARE = 5;
    private static final int SQRT = 6;
    private static final int RSQRT = 7;
    private static final int RECIPROCAL = 8;
    private static final int EXP = 9;
    private static final int EXPM1 = 10;
    private static final int LOG = 11;
    private static final int LOG1P = 12;
    private static final int TANH = 13;
    private static final int SIGMOID = 14;
    private static final int SOFTPLUS = 15;
    private static final int SIN = 17;

    // The ordinals of ElementwiseKernel.Binary.
    private static final int ADD = 0;
    private static final int SUBTRACT = 1;
    private static final int MULTIPLY = 2;
    private static final int DIVIDE = 3;
    private static final int POWER = 4;
    private static final int MAXIMUM = 6;
    private static final int MINIMUM = 7;
    private static final int EQUAL = 8;
    private static final int NOT_EQUAL = 9;
    private static final int GREATER = 10;
    private static final int GREATER_OR_EQUAL = 11;
    private static final int LESS = 12;

    /// From here on every float is a whole number.
    private static final float WHOLE = 0x1p23f;

    private ElementwiseCode() {
    }

    /// y = value
    ///
    /// @param m n; y
    /// @param f value
    public static void fill(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[1] + i] = f[0];
        }
    }

    /// Rows of `columns` floats, which begin some floats apart.
    ///
    /// @param m rows * columns; columns, x, xStep, y, yStep
    public static void copyRows(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int row = i / m[1];
            int column = i - row * m[1];
            s[m[4] + row * m[5] + column] = s[m[2] + row * m[3] + column];
        }
    }

    /// y = op(x)
    ///
    /// @param m n; op, x, y
    public static void unary(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[3] + i] = function(m[1], s[m[2] + i]);
        }
    }

    private static float function(int op, float x) {
        float y;
        if (op == NEGATE) {
            y = -x;
        } else if (op == ABS) {
            y = Math.abs(x);
        } else if (op == SIGN) {
            y = Maths.signOf(x);
        } else if (op == FLOOR) {
            float whole = (int) x;
            y = Math.abs(x) < WHOLE ? (whole > x ? whole - 1 : whole) : x;
        } else if (op == ROUND) {
            // Adding 2^23 rounds to a whole number, half to even.
            float size = Math.abs(x) + WHOLE - WHOLE;
            y = Math.abs(x) < WHOLE ? (x < 0 ? -size : size) : x;
        } else if (op == SQUARE) {
            y = x * x;
        } else if (op == SQRT) {
            y = (float) Math.sqrt(x);
        } else if (op == RSQRT) {
            y = 1 / (float) Math.sqrt(x);
        } else if (op == RECIPROCAL) {
            y = 1 / x;
        } else if (op == EXP) {
            y = Maths.exponential(x);
        } else if (op == EXPM1) {
            y = Maths.exponentialMinus1(x);
        } else if (op == TANH) {
            y = Maths.hyperbolicTangent(x);
        } else if (op == SIGMOID) {
            y = Maths.sigmoid(x);
        } else {
            y = Maths.errorFunction(x);
        }
        return y;
    }

    /// y = op(x) for what is computed in double: LOG, LOG1P, SOFTPLUS, SIN and COS.
    ///
    /// @param m n; op, x, y
    public static void unaryInDouble(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[3] + i] = functionInDouble(m[1], s[m[2] + i]);
        }
    }

    private static float functionInDouble(int op, float x) {
        float y;
        if (op == LOG) {
            y = Maths.logarithm(x);
        } else if (op == LOG1P) {
            y = Maths.logarithmOf1Plus(x);
        } else if (op == SOFTPLUS) {
            y = (x < 0 ? 0 : x) + Maths.logarithmOf1Plus(Maths.exponential(-Math.abs(x)));
        } else if (op == SIN) {
            y = (float) Math.sin((double) x);
        } else {
            y = (float) Math.cos((double) x);
        }
        return y;
    }

    /// y = op(a, b)
    ///
    /// @param m n; op, a, b, y, axes; for each axis its size, stride of a and stride of b
    public static void binary(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            long places = places(m, i);
            s[m[4] + i] = function(m[1], s[lower(places)], s[upper(places)]);
        }
    }

    private static float function(int op, float a, float b) {
        float y;
        if (op == ADD) {
            y = a + b;
        } else if (op == SUBTRACT) {
            y = a - b;
        } else if (op == MULTIPLY) {
            y = a * b;
        } else if (op == DIVIDE) {
            y = a / b;
        } else if (op == MAXIMUM) {
            y = Maths.greater(a, b);
        } else if (op == MINIMUM) {
            y = -Maths.greater(-a, -b);
        } else if (op == EQUAL) {
            y = a == b ? 1 : 0;
        } else if (op == NOT_EQUAL) {
            y = a != b ? 1 : 0;
        } else if (op == GREATER) {
            y = a > b ? 1 : 0;
        } else if (op == GREATER_OR_EQUAL) {
            y = a > b ? 1 : a == b ? 1 : 0;
        } else if (op == LESS) {
            y = a < b ? 1 : 0;
        } else {
            y = a < b ? 1 : a == b ? 1 : 0;
        }
        return y;
    }

    /// y = op(a, b) for what is computed in double: POWER and ATAN2.
    ///
    /// @param m as for [#binary]
    public static void binaryInDouble(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            long places = places(m, i);
            s[m[4] + i] = functionInDouble(m[1], s[lower(places)], s[upper(places)]);
        }
    }

    private static float functionInDouble(int op, float a, float b) {
        float y;
        if (op == POWER) {
            // C has 1 for what is NaN in Java: 1 to the power of infinity or NaN.
            float power = (float) Math.pow((double) a, (double) b);
            y = Math.abs(a) == 1 && b - b != 0 ? b - b : power;
        } else {
            y = (float) Math.atan2((double) a, (double) b);
        }
        return y;
    }

    /// y = scale * x + shift
    ///
    /// @param m n; x, y
    /// @param f scale, shift
    public static void affine(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[2] + i] = f[0] * s[m[1] + i] + f[1];
        }
    }

    /// y = y + scale * x
    ///
    /// @param m n; x, y
    /// @param f scale
    public static void addScaled(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[2] + i] += f[0] * s[m[1] + i];
        }
    }

    /// y = a where condition is not 0, else b
    ///
    /// @param m n; condition, a, b, y
    public static void where(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[4] + i] = s[m[1] + i] != 0 ? s[m[2] + i] : s[m[3] + i];
        }
    }

    /// y = f(x)
    ///
    /// @param m n; ordinal of f, x, y
    public static void activate(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[3] + i] = Maths.activate(m[1], s[m[2] + i]);
        }
    }

    /// dx = dy * f'(x)
    ///
    /// @param m n; ordinal of f, x, dy, dx
    public static void activateBackward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[4] + i] = s[m[3] + i] * Maths.slope(m[1], s[m[2] + i]);
        }
    }

    /// y = a, dense
    ///
    /// @param m as for [#binary]; op and b are not used
    public static void permute(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            s[m[4] + i] = s[lower(places(m, i))];
        }
    }

    /// Where the operands of element i lie: one walk along the axes finds both, a in the lower half. The slowest axis needs no
    /// division.
    private static long places(int[] m, int i) {
        long places = both(m[2], m[3]);
        int rest = i;
        for (int axis = 3 * m[5] + 3; axis > 6; axis -= 3) {
            int row = rest / m[axis];
            places += (rest - row * m[axis]) * both(m[axis + 1], m[axis + 2]);
            rest = row;
        }
        return places + rest * both(m[7], m[8]);
    }

    private static long both(int a, int b) {
        return ((long) b << 32) + a;
    }

    private static int lower(long places) {
        return (int) (places & 0x7fffffffL);
    }

    private static int upper(long places) {
        return (int) (places >> 32);
    }
}
