package norma.kernel.contract;

import norma.kernel.Activation;

/// Functions of one number that `Math` lacks, computed in double: the reference that faster kernels are tested against.
///
/// Infinities give the limit of the function, NaN gives NaN.
public final class Functions {
    private static final double ROOT_HALF = 0.70710678118654752440;
    private static final double ROOT_2_OVER_PI = 0.79788456080286535588;
    private static final double ONE_OVER_ROOT_PI = 0.56418958354775628695;
    private static final double CUBE = 0.044715;

    /// The lambda and alpha of SELU: those with which a standard normal x gives y of mean 0 and variance 1.
    public static final double SELU_LAMBDA = 1.0507009873554804934;
    public static final double SELU_ALPHA = 1.6732632423543772848;

    private Functions() {
    }

    /// f(x)
    public static double value(Activation f, double x) {
        return switch (f) {
            case IDENTITY -> x;
            case RELU -> Math.max(x, 0);
            case GELU_ERF -> x == Double.NEGATIVE_INFINITY ? 0 : x * normalCdf(x);
            case GELU_TANH -> x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(2 * inner(x));
            case SILU -> x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(x);
            case SELU -> x > 0 ? SELU_LAMBDA * x : SELU_LAMBDA * SELU_ALPHA * Math.expm1(x);
        };
    }

    /// f'(x); relu'(0) = 0, selu'(0) = lambda alpha
    public static double slope(Activation f, double x) {
        return switch (f) {
            case IDENTITY -> 1;
            case RELU -> x > 0 ? 1 : x <= 0 ? 0 : x;
            case GELU_ERF -> normalCdf(x) + bounded(x) * normalDensity(x);
            case GELU_TANH -> {
                double b = bounded(x);
                double s = sigmoid(2 * inner(b));
                yield s + b * s * (1 - s) * 2 * ROOT_2_OVER_PI * (1 + 3 * CUBE * b * b);
            }
            case SILU -> {
                double b = bounded(x);
                double s = sigmoid(b);
                yield s + b * s * (1 - s);
            }
            case SELU -> x > 0 ? SELU_LAMBDA : SELU_LAMBDA * SELU_ALPHA * Math.exp(x);
        };
    }

    /// 1 / (1 + exp(-x))
    public static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    /// log(1 + exp(x))
    public static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /// P(X <= x) for a standard normal X, accurate in both tails.
    public static double normalCdf(double x) {
        return erfc(-x * ROOT_HALF) / 2;
    }

    /// exp(-x^2 / 2) / sqrt(2 pi)
    public static double normalDensity(double x) {
        return Math.exp(-x * x / 2) * ROOT_HALF * ONE_OVER_ROOT_PI;
    }

    /// erf(x) = 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x.
    public static double erf(double x) {
        double size = Math.abs(x);
        if (size <= SMALL) {
            return x * erfOverX(x * x);
        }
        return Math.copySign(1 - erfcOfPositive(size), x);
    }

    /// erfc(x) = 1 - erf(x), without cancellation for large x.
    public static double erfc(double x) {
        if (Math.abs(x) <= SMALL) {
            return 1 - x * erfOverX(x * x);
        }
        return x > 0 ? erfcOfPositive(x) : 2 - erfcOfPositive(-x);
    }

    // Rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
    // Mathematics of Computation 23 (1969) 631-637: on [0, 0.46875], (0.46875, 4] and above 4.

    private static final double SMALL = 0.46875;
    private static final double[] A = {3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02,
            3.20937758913846947e03, 1.85777706184603153e-1};
    private static final double[] B = {2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03,
            2.84423683343917062e03};
    private static final double[] C = {5.64188496988670089e-1, 8.88314979438837594e00, 6.61191906371416295e01,
            2.98635138197400131e02, 8.81952221241769090e02, 1.71204761263407058e03, 2.05107837782607147e03,
            1.23033935479799725e03, 2.15311535474403846e-8};
    private static final double[] D = {1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02,
            1.62138957456669019e03, 3.29079923573345963e03, 4.36261909014324716e03, 3.43936767414372164e03,
            1.23033935480374942e03};
    private static final double[] P = {3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
            1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2};
    private static final double[] Q = {2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1,
            6.05183413124413191e-2, 2.33520497626869185e-3};

    private static double erfOverX(double square) {
        return ratio(A, B, square);
    }

    private static double erfcOfPositive(double x) {
        if (x <= 4) {
            return expOfMinusSquare(x) * ratio(C, D, x);
        }
        double inverse = 1 / (x * x);
        return x > 27 ? 0 : expOfMinusSquare(x) * (ONE_OVER_ROOT_PI - inverse * ratio(P, Q, inverse)) / x;
    }

    /// Cody's layout: the numerator's leading coefficient stands last, the denominator's is 1.
    private static double ratio(double[] numerator, double[] denominator, double x) {
        double top = numerator[denominator.length] * x;
        double bottom = x;
        for (int i = 0; i < denominator.length - 1; i++) {
            top = (top + numerator[i]) * x;
            bottom = (bottom + denominator[i]) * x;
        }
        return (top + numerator[denominator.length - 1]) / (bottom + denominator[denominator.length - 1]);
    }

    /// exp(-x^2) with x split so that the square of its leading part is exact.
    private static double expOfMinusSquare(double x) {
        double head = (int) (x * 16) / 16.0;
        return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
    }

    private static double inner(double x) {
        return ROOT_2_OVER_PI * (x + CUBE * x * x * x);
    }

    /// Where |x| > 100 every slope has reached its limit; this keeps infinity out of products with 0.
    private static double bounded(double x) {
        return Math.clamp(x, -100.0, 100.0);
    }
}
