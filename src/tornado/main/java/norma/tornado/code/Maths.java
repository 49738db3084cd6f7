package norma.tornado.code;

/// Functions of one number in float: `Math` has them in double, which a GPU computes at a small part of its speed.
///
/// The polynomials and their errors are those of the engine's `VectorMath`. Infinities give the limit of the function, NaN gives
/// NaN. Bounds are comparisons: `Math.min` and `Math.max` lose NaN on a device.
final class Maths {
    private static final float LOG2_E = 1.44269504f;
    /// ln 2 = head + tail; a whole number of up to 8 bits times the head is exact.
    private static final float LN2_HEAD = 0.693359375f;
    private static final float LN2_TAIL = -2.12194440e-4f;

    private static final float ROOT_2 = 1.41421356f;
    private static final float ROOT_2_OVER_PI = 0.797884561f;
    private static final float ONE_OVER_ROOT_2_PI = 0.398942280f;
    private static final float CUBE = 0.044715f;

    /// lambda = head + tail
    private static final float SELU_LAMBDA_HEAD = 1.05070090f;
    private static final float SELU_LAMBDA_TAIL = 8.44166408e-08f;
    private static final float SELU_LAMBDA_ALPHA = 1.75809935f;

    // The ordinals of norma.kernel.Activation.
    private static final int RELU = 1;
    private static final int GELU_ERF = 2;
    private static final int GELU_TANH = 3;
    private static final int SILU = 4;
    private static final int SELU = 5;

    private Maths() {
    }

    /// exp(x) in full: down to the smallest float, up to infinity. 2^n goes in as two factors, since it is no float at either end.
    static float exponential(float x) {
        float bounded = x < -104f ? -104f : x > 89f ? 89f : x;
        int n = nearest(bounded * LOG2_E);
        int lower = n >> 1;
        float factor = powerOf2(lower);
        float r = bounded - n * LN2_HEAD - n * LN2_TAIL;
        return (ratioOfSmall(r) * r + 1) * factor * (n - lower > lower ? 2 * factor : factor);
    }

    /// exp(x) - 1, without cancellation.
    static float exponentialMinus1(float x) {
        // Below -20 the result rounds to -1 already; above 20 the 1 is lost.
        float bounded = x < -20f ? -20f : x > 20f ? 20f : x;
        int n = nearest(bounded * LOG2_E);
        float power = powerOf2(n);
        float r = bounded - n * LN2_HEAD - n * LN2_TAIL;
        float result = ratioOfSmall(r) * r * power + (power - 1);
        return x > 20f ? exponential(x) : result;
    }

    /// (exp(r) - 1) / r for |r| <= ln 2 / 2
    private static float ratioOfSmall(float r) {
        float p = 0.0013814213f * r + 0.0083688986f;
        p = p * r + 0.041668406f;
        p = p * r + 0.16666519f;
        p = p * r + 0.49999993f;
        return p * r + 1;
    }

    private static int nearest(float x) {
        return (int) (x + (x < 0 ? -0.5f : 0.5f));
    }

    /// 2^n for -126 <= n <= 127, from the bits of n: floats can't be made of bits on the device.
    static float powerOf2(int n) {
        int bits = n + 126;
        float power = 0x1p-126f * (1 << (bits & 15));
        power *= (bits & 16) != 0 ? 0x1p16f : 1f;
        power *= (bits & 32) != 0 ? 0x1p32f : 1f;
        power *= (bits & 64) != 0 ? 0x1p64f : 1f;
        float last = (bits & 128) != 0 ? 0x1p64f : 1f;
        return power * last * last;
    }

    /// The sign of x; NaN stays.
    static float signOf(float x) {
        return x > 0 ? 1 : x < 0 ? -1 : x;
    }

    /// The greater of two, NaN if one is NaN.
    static float greater(float a, float b) {
        return a > b ? a : a != a ? a : b;
    }

    /// log(x), in double: it is rare.
    static float logarithm(float x) {
        return (float) Math.log((double) x);
    }

    /// log(1 + x); near 0 by its series, where 1 + x would lose digits of x even in double.
    static float logarithmOf1Plus(float x) {
        float near = x * (1 - x * (0.5f - x * 0.33333334f));
        return Math.abs(x) < 1e-4f ? near : (float) Math.log(1.0 + x);
    }

    /// 1 / (1 + exp(-x))
    static float sigmoid(float x) {
        float e = exponential(-Math.abs(x));
        return (x < 0 ? e : 1f) / (1 + e);
    }

    /// tanh(x) = -m / (2 + m) with m = exp(-2 |x|) - 1, which is formed without cancellation.
    static float hyperbolicTangent(float x) {
        float m = exponentialMinus1(-2 * Math.abs(x));
        float size = -m / (2 + m);
        return x < 0 ? -size : size;
    }

    /// erf(x): x p(x^2) for |x| < 0.75, else 1 - erfc(|x|) with the sign of x.
    static float errorFunction(float x) {
        float size = Math.abs(x);
        float z = x * x;
        float p = -6.7495116e-4f * z + 0.0051143453f;
        p = p * z - 0.026834624f;
        p = p * z + 0.11283377f;
        p = p * z - 0.37612619f;
        p = p * z + 1.1283792f;
        float far = size > 5f ? 1f : 1 - exponential(-z) * mills(size * ROOT_2) * 2;
        float result = size < 0.75f ? p * size : far;
        return x < 0 ? -result : result;
    }

    /// P(X > a) exp(a^2 / 2) for a standard normal X and 0 <= a <= 13.3 (Mills' ratio, times 1 / sqrt(2 pi)).
    private static float mills(float a) {
        float top = 0.0041450428f * a + 0.040799596f;
        top = top * a + 0.18368372f;
        top = top * a + 0.43882673f;
        top = top * a + 0.5f;
        float bottom = 0.010389957f * a + 0.10227597f;
        bottom = bottom * a + 0.47066649f;
        bottom = bottom * a + 1.2042482f;
        bottom = bottom * a + 1.6755385f;
        bottom = bottom * a + 1;
        return top / bottom;
    }

    /// f(x) of an activation by its ordinal.
    static float activate(int f, float x) {
        float y = x;
        if (f == RELU) {
            y = x < 0 ? 0 : x;
        } else if (f == GELU_ERF) {
            // x P(X <= x) = max(x, 0) - |x| P(X > |x|): the second term is small, so neither tail cancels.
            float a = Math.abs(bounded(x));
            y = (x < 0 ? 0 : x) - a * (exponential(a * a * -0.5f) * mills(a));
        } else if (f == GELU_TANH) {
            y = sigmoid((x * x * (2 * ROOT_2_OVER_PI * CUBE) + 2 * ROOT_2_OVER_PI) * x) * atLeastMinus100(x);
        } else if (f == SILU) {
            y = sigmoid(x) * atLeastMinus100(x);
        } else if (f == SELU) {
            float below = exponentialMinus1(x) * SELU_LAMBDA_ALPHA;
            y = x > 0 ? x * SELU_LAMBDA_HEAD + x * SELU_LAMBDA_TAIL : below;
        }
        return y;
    }

    /// f'(x) of an activation by its ordinal.
    static float slope(int f, float x) {
        float y = 1;
        float b = bounded(x);
        float square = b * b;
        if (f == RELU) {
            y = x > 0 ? 1 : x == x ? 0 : x;
        } else if (f == GELU_ERF) {
            float e = exponential(square * -0.5f);
            float tail = e * mills(Math.abs(b));
            y = e * b * ONE_OVER_ROOT_2_PI + (b > 0 ? 1 - tail : tail);
        } else if (f == GELU_TANH) {
            y = slopeOfGate((square * (2 * ROOT_2_OVER_PI * CUBE) + 2 * ROOT_2_OVER_PI) * b,
                    (square * (6 * ROOT_2_OVER_PI * CUBE) + 2 * ROOT_2_OVER_PI) * b);
        } else if (f == SILU) {
            y = slopeOfGate(b, b);
        } else if (f == SELU) {
            float below = exponential(x) * SELU_LAMBDA_ALPHA;
            y = x > 0 ? SELU_LAMBDA_HEAD + SELU_LAMBDA_TAIL : below;
        }
        return y;
    }

    /// s + w s (1 - s), s = sigmoid(v): with e = exp(-|v|), s (1 - s) = e / (1 + e)^2 in either tail.
    private static float slopeOfGate(float v, float w) {
        float e = exponential(-Math.abs(v));
        float d = 1 / (1 + e);
        return e * d * d * w + (v < 0 ? e * d : d);
    }

    /// Beyond 100 every activation has reached its limit; this keeps infinity out of products with 0.
    private static float bounded(float x) {
        return x > 100f ? 100f : atLeastMinus100(x);
    }

    private static float atLeastMinus100(float x) {
        return x < -100f ? -100f : x;
    }
}
