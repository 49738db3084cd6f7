package norma.kernel.simd.vector;

import static norma.kernel.simd.vector.Species.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Functions of one number on whole vectors.
///
/// They are polynomials and ratios of polynomials in multiplications, additions and FMAs only, so that a result is the
/// same bits interpreted and compiled, and on every platform; `lanewise(EXP)` and its like call a library that differs.
/// The coefficients are minimax fits of our own (linear programming on Chebyshev points, relative error, in double);
/// the error that rounding to float adds is measured against double in `ElementwiseTest`.
///
/// Infinities give the limit of the function, NaN gives NaN.
///
/// C2 stops inlining ordinary methods after some fifty vector operations, and a call that is not inlined boxes its
/// vectors: so calls of one another come first in each function, methods of vectors last.
public final class VectorMath {
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2 = 0.693147181f;
    /// ln 2 = head + tail; a whole number of up to 8 bits times the head is exact.
    private static final float LN2_HEAD = 0.693359375f;
    private static final float LN2_TAIL = -2.12194440e-4f;
    /// 1.5 * 2^23: adding it rounds to a whole number, which then stands in the lowest bits.
    private static final float ROUND = 12582912f;
    private static final int ROUND_BITS = 0x4b400000;

    private static final int ROOT_HALF_BITS = 0x3f3504f3;
    private static final float ROOT_2 = 1.41421356f;
    private static final float ROOT_2_OVER_PI = 0.797884561f;
    private static final float ONE_OVER_ROOT_2_PI = 0.398942280f;
    private static final float CUBE = 0.044715f;

    /// lambda = head + tail, both positive, so that infinity times them is not NaN
    private static final float SELU_LAMBDA_HEAD = 1.05070090f;
    private static final float SELU_LAMBDA_TAIL = 8.44166408e-08f;
    private static final float SELU_LAMBDA_ALPHA = 1.75809935f;

    private VectorMath() {
    }

    /// exp(x) for x <= 0; results below 1.2e-38 become 0. At most 1 ulp off down to -20, 5 ulp beyond: ln 2 is one float.
    public static FloatVector expOfNegative(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUND);
        FloatVector r = shifted.sub(ROUND).fma(FloatVector.broadcast(F, -LN2), x);
        FloatVector p = expOfSmall(r).fma(r, FloatVector.broadcast(F, 1f));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats()
                .blend(0f, x.compare(VectorOperators.LT, -87.33f));
    }

    /// 2^(factor x) for factor x < 127; results below 1.2e-38 become 0. At most 1 ulp off: degree 6 on |r| <= 1/2, error 3.0e-9.
    public static FloatVector exp2(FloatVector x, float factor) {
        FloatVector shifted = x.fma(factor, ROUND);
        FloatVector r = x.fma(FloatVector.broadcast(F, factor), FloatVector.broadcast(F, ROUND).sub(shifted));
        FloatVector p = FloatVector.broadcast(F, 1.53264802e-4f)
                .fma(r, FloatVector.broadcast(F, 0.00133908074f))
                .fma(r, FloatVector.broadcast(F, 0.00961850584f))
                .fma(r, FloatVector.broadcast(F, 0.0555035993f))
                .fma(r, FloatVector.broadcast(F, 0.240226477f))
                .fma(r, FloatVector.broadcast(F, 0.693147182f))
                .fma(r, FloatVector.broadcast(F, 1f));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats()
                .blend(0f, shifted.compare(VectorOperators.LT, ROUND - 126));
    }

    /// (exp(r) - 1) / r for |r| <= ln 2 / 2: degree 5, error 3.2e-9.
    private static FloatVector expOfSmall(FloatVector r) {
        return FloatVector.broadcast(F, 0.0013814213f)
                .fma(r, FloatVector.broadcast(F, 0.0083688986f))
                .fma(r, FloatVector.broadcast(F, 0.041668406f))
                .fma(r, FloatVector.broadcast(F, 0.16666519f))
                .fma(r, FloatVector.broadcast(F, 0.49999993f))
                .fma(r, FloatVector.broadcast(F, 1f));
    }

    /// exp(x) in full: down to the smallest float, up to infinity. At most 1 ulp off.
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(F, -LN2_HEAD), x);
        r = n.fma(FloatVector.broadcast(F, -LN2_TAIL), r);
        FloatVector p = expOfSmall(r).fma(r, FloatVector.broadcast(F, 1f));
        IntVector exponent = shifted.reinterpretAsInts().sub(ROUND_BITS);
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOf2(half)).mul(powerOf2(exponent.sub(half)))
                .blend(0f, x.compare(VectorOperators.LT, -104f))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, 89f));
    }

    private static FloatVector powerOf2(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /// log(x), with f = m - 1 for x = m 2^e and sqrt(1/2) <= m < sqrt 2: log(1 + f) = f - f^2 / 2 + f^3 p(f).
    /// At most 1 ulp off.
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
        // The exponent counts from sqrt(1/2), so that m lies around 1.
        IntVector raised = bits.sub(ROOT_HALF_BITS);
        FloatVector f = bits.sub(raised.and(0xff800000)).reinterpretAsFloats().sub(1f);
        FloatVector rest = cubicRestOfLog(f);
        FloatVector e = (FloatVector) raised.lanewise(VectorOperators.ASHR, 23).convertShape(VectorOperators.I2F, F, 0);
        e = e.blend(e.sub(23f), tiny);
        rest = e.fma(FloatVector.broadcast(F, LN2_TAIL), rest);
        rest = f.mul(f).fma(FloatVector.broadcast(F, -0.5f), rest);
        FloatVector log = e.fma(FloatVector.broadcast(F, LN2_HEAD), f.add(rest));
        return log.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
                .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f))
                .blend(Float.NaN, x.compare(VectorOperators.LT, 0f))
                .blend(x, x.test(VectorOperators.IS_NAN));
    }

    /// log(1 + f) - f + f^2 / 2 = f^3 p(f), p of degree 7 with error 5.9e-9.
    private static FloatVector cubicRestOfLog(FloatVector f) {
        return FloatVector.broadcast(F, -0.076366046f)
                .fma(f, FloatVector.broadcast(F, 0.12764695f))
                .fma(f, FloatVector.broadcast(F, -0.13160878f))
                .fma(f, FloatVector.broadcast(F, 0.14201391f))
                .fma(f, FloatVector.broadcast(F, -0.16623254f))
                .fma(f, FloatVector.broadcast(F, 0.20001239f))
                .fma(f, FloatVector.broadcast(F, -0.25000824f))
                .fma(f, FloatVector.broadcast(F, 0.33333332f))
                .mul(f).mul(f.mul(f));
    }

    /// 1 / (1 + exp(-x)). At most 3 ulp off.
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = expOfNegative(x.abs().neg());
        FloatVector top = FloatVector.broadcast(F, 1f).blend(e, x.compare(VectorOperators.LT, 0f));
        return top.div(e.add(1f));
    }

    /// tanh(x) = -m / (2 + m) with m = exp(-2 |x|) - 1, which is formed without cancellation. At most 3 ulp off.
    public static FloatVector tanh(FloatVector x) {
        FloatVector m = expMinus1OfNegative(x.abs().mul(-2f));
        IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
        return m.div(m.add(2f)).abs().reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /// exp(x) - 1 for x <= 0, without cancellation.
    private static FloatVector expMinus1OfNegative(FloatVector x) {
        // At -20 the result rounds to -1 already.
        FloatVector z = x.blend(-20f, x.compare(VectorOperators.LT, -20f));
        FloatVector shifted = z.fma(LOG2_E, ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(F, -LN2_HEAD), z);
        r = n.fma(FloatVector.broadcast(F, -LN2_TAIL), r);
        FloatVector power = powerOf2(shifted.reinterpretAsInts().sub(ROUND_BITS));
        return expOfSmall(r).mul(r).fma(power, power.sub(1f));
    }

    /// erf(x): x p(x^2) of degree 5 for |x| < 0.75 (error 1.4e-9), else 1 - erfc(|x|) with the sign of x.
    /// At most 3 ulp off.
    public static FloatVector erf(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector z = x.mul(x);
        FloatVector erfc = expOfNegative(z.neg()).mul(mills(size.mul(ROOT_2))).mul(2f);
        FloatVector near = FloatVector.broadcast(F, -6.7495116e-4f)
                .fma(z, FloatVector.broadcast(F, 0.0051143453f))
                .fma(z, FloatVector.broadcast(F, -0.026834624f))
                .fma(z, FloatVector.broadcast(F, 0.11283377f))
                .fma(z, FloatVector.broadcast(F, -0.37612619f))
                .fma(z, FloatVector.broadcast(F, 1.1283792f))
                .mul(size);
        FloatVector far = erfc.neg().add(1f).blend(1f, size.compare(VectorOperators.GT, 5f));
        IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
        return near.blend(far, size.compare(VectorOperators.GE, 0.75f))
                .reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /// P(X > a) exp(a^2 / 2) for a standard normal X and 0 <= a <= 13.3 (Mills' ratio, times 1 / sqrt(2 pi)): degrees 4
    /// over 5, error 7.5e-9.
    private static FloatVector mills(FloatVector a) {
        FloatVector top = FloatVector.broadcast(F, 0.0041450428f)
                .fma(a, FloatVector.broadcast(F, 0.040799596f))
                .fma(a, FloatVector.broadcast(F, 0.18368372f))
                .fma(a, FloatVector.broadcast(F, 0.43882673f))
                .fma(a, FloatVector.broadcast(F, 0.5f));
        FloatVector bottom = FloatVector.broadcast(F, 0.010389957f)
                .fma(a, FloatVector.broadcast(F, 0.10227597f))
                .fma(a, FloatVector.broadcast(F, 0.47066649f))
                .fma(a, FloatVector.broadcast(F, 1.2042482f))
                .fma(a, FloatVector.broadcast(F, 1.6755385f))
                .fma(a, FloatVector.broadcast(F, 1f));
        return top.div(bottom);
    }

    /// max(x, 0); NaN stays.
    public static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(VectorOperators.LT, 0f));
    }

    /// 1 for x > 0, else 0; NaN stays.
    public static FloatVector reluSlope(FloatVector x) {
        return x.blend(1f, x.compare(VectorOperators.GT, 0f)).blend(0f, x.compare(VectorOperators.LE, 0f));
    }

    /// x P(X <= x) = max(x, 0) - |x| P(X > |x|): the second term is small, so neither tail cancels.
    public static FloatVector geluErf(FloatVector x) {
        FloatVector a = bounded(x).abs();
        FloatVector tail = expOfNegative(a.mul(a).mul(-0.5f)).mul(mills(a));
        FloatVector relu = x.blend(0f, x.compare(VectorOperators.LT, 0f));
        return relu.sub(a.mul(tail));
    }

    /// P(X <= x) + x exp(-x^2 / 2) / sqrt(2 pi)
    public static FloatVector geluErfSlope(FloatVector x) {
        FloatVector b = bounded(x);
        FloatVector a = b.abs();
        FloatVector e = expOfNegative(a.mul(a).mul(-0.5f));
        FloatVector tail = e.mul(mills(a));
        FloatVector cdf = tail.blend(tail.neg().add(1f), b.compare(VectorOperators.GT, 0f));
        return e.mul(b).fma(FloatVector.broadcast(F, ONE_OVER_ROOT_2_PI), cdf);
    }

    /// x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)
    public static FloatVector geluTanh(FloatVector x) {
        FloatVector b = atLeastMinus100(x);
        return sigmoid(x.mul(x).fma(2 * ROOT_2_OVER_PI * CUBE, 2 * ROOT_2_OVER_PI).mul(x)).mul(b);
    }

    /// s + x s (1 - s) 2 u', s = sigmoid(2 u), u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)
    public static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector b = bounded(x);
        FloatVector square = b.mul(b);
        return slopeOfGate(square.fma(2 * ROOT_2_OVER_PI * CUBE, 2 * ROOT_2_OVER_PI).mul(b),
                square.fma(6 * ROOT_2_OVER_PI * CUBE, 2 * ROOT_2_OVER_PI).mul(b));
    }

    /// x sigmoid(x)
    public static FloatVector silu(FloatVector x) {
        FloatVector b = atLeastMinus100(x);
        return sigmoid(x).mul(b);
    }

    /// s + x s (1 - s), s = sigmoid(x)
    public static FloatVector siluSlope(FloatVector x) {
        FloatVector b = bounded(x);
        return slopeOfGate(b, b);
    }

    /// lambda x for x > 0, with lambda in two parts; else lambda alpha (exp(x) - 1)
    public static FloatVector selu(FloatVector x) {
        VectorMask<Float> above = x.compare(VectorOperators.GT, 0f);
        FloatVector below = expMinus1OfNegative(x.blend(0f, above)).mul(SELU_LAMBDA_ALPHA);
        return below.blend(x.fma(FloatVector.broadcast(F, SELU_LAMBDA_HEAD), x.mul(SELU_LAMBDA_TAIL)), above);
    }

    /// lambda for x > 0, else lambda alpha exp(x)
    public static FloatVector seluSlope(FloatVector x) {
        VectorMask<Float> above = x.compare(VectorOperators.GT, 0f);
        FloatVector below = expOfNegative(atLeastMinus100(x).blend(0f, above)).mul(SELU_LAMBDA_ALPHA);
        return below.blend(SELU_LAMBDA_HEAD + SELU_LAMBDA_TAIL, above);
    }

    /// s + w s (1 - s), s = sigmoid(v): with e = exp(-|v|), s (1 - s) = e / (1 + e)^2 in either tail.
    private static FloatVector slopeOfGate(FloatVector v, FloatVector w) {
        FloatVector e = expOfNegative(v.abs().neg());
        FloatVector d = FloatVector.broadcast(F, 1f).div(e.add(1f));
        FloatVector s = d.blend(e.mul(d), v.compare(VectorOperators.LT, 0f));
        return e.mul(d).mul(d).fma(w, s);
    }

    /// Beyond 100 every activation has reached its limit; this keeps infinity out of products with 0.
    private static FloatVector bounded(FloatVector x) {
        return atLeastMinus100(x).blend(100f, x.compare(VectorOperators.GT, 100f));
    }

    private static FloatVector atLeastMinus100(FloatVector x) {
        return x.blend(-100f, x.compare(VectorOperators.LT, -100f));
    }
}
