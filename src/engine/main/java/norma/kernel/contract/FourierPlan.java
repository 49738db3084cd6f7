package norma.kernel.contract;

import java.util.LinkedHashMap;
import java.util.Map;

/// How the discrete Fourier transform of one size is taken: the factors of the size, and the roots of unity.
///
/// A size whose prime factors are small is done by Stockham's form of the FFT (Cochran et al., "What is the fast Fourier
/// transform?", Proceedings of the IEEE 55, 1967): one pass over the elements for each factor, and the results come out in
/// order. Any other size n becomes a convolution with a chirp (Bluestein, "A linear filtering approach to the computation of
/// discrete Fourier transform", 1970): with c_j = exp(-i pi j^2 / n), since 2 j k = j^2 + k^2 - (k - j)^2,
///
///     y_k = c_k sum over j of (x_j c_j) conj(c_{k-j})
///
/// which is done by two transforms of a power of two. All tables are computed in double.
public final class FourierPlan {
    /// A factor r costs r multiplications for each element; beyond this one the convolution costs less.
    private static final int LARGEST_FACTOR = 13;

    /// Plans that are kept, the least recently used dropped first.
    private static final int KEPT = 64;
    private static final Map<Integer, FourierPlan> PLANS = new LinkedHashMap<>(2 * KEPT, 0.75f, true);

    private final int size;
    private final int[] factors;
    private final Roots roots;
    private final Roots halfRoots;
    private final FourierPlan inner;
    private final Roots chirp;
    private final Roots filter;

    /// Complex numbers.
    ///
    /// @param re real parts
    /// @param im imaginary parts
    public record Roots(float[] re, float[] im) {

        /// exp(-2 pi i t / n) for t in `[0, count)`.
        private static Roots of(int count, long n) {
            Roots roots = new Roots(new float[count], new float[count]);
            for (int t = 0; t < count; t++) {
                roots.set(t, Math.cos(2 * Math.PI * t / n), -Math.sin(2 * Math.PI * t / n));
            }
            return roots;
        }

        private void set(int t, double real, double imaginary) {
            re[t] = (float) real;
            im[t] = (float) imaginary;
        }
    }

    private FourierPlan(int n) {
        size = n;
        factors = factors(n);
        halfRoots = Roots.of(n + 1, 2L * n);
        roots = factors == null ? null : Roots.of(n, n);
        inner = factors == null ? of(Integer.highestOneBit(2 * n - 1) << 1) : null;
        chirp = factors == null ? new Roots(new float[n], new float[n]) : null;
        filter = factors == null ? chirpAndFilter() : null;
    }

    /// The plan of size n, which must be at least 1.
    public static FourierPlan of(int n) {
        synchronized (PLANS) {
            FourierPlan plan = PLANS.get(n);
            if (plan == null) {
                plan = new FourierPlan(n);
                PLANS.put(n, plan);
                if (PLANS.size() > KEPT) {
                    PLANS.remove(PLANS.keySet().iterator().next());
                }
            }
            return plan;
        }
    }

    /// Number of elements n.
    public int size() {
        return size;
    }

    /// Elements that a transform needs room for, among them the bin that a real transform has more than its half.
    public int room() {
        return inner == null ? size + 1 : inner.size + 1;
    }

    /// Factors of n, one a pass; an 8 is always the last.
    public int[] factors() {
        return factors;
    }

    /// exp(-2 pi i t / n), n of them.
    public Roots roots() {
        return roots;
    }

    /// exp(-2 pi i t / 2n), n + 1 of them: what parts the transform of 2n real numbers from that of n complex ones.
    public Roots halfRoots() {
        return halfRoots;
    }

    /// The plan of the convolution, or null where the size has small factors only.
    public FourierPlan inner() {
        return inner;
    }

    /// c_j, n of them.
    public Roots chirp() {
        return chirp;
    }

    /// The transform of conj(c) over the inner plan's size, divided by that size.
    public Roots filter() {
        return filter;
    }

    /// Null if there is a large one. An odd power of 2 ends with an 8; the others are made of fours.
    private static int[] factors(int n) {
        int[] factors = new int[32];
        int count = 0, rest = n >> Integer.numberOfTrailingZeros(n), twos = Integer.numberOfTrailingZeros(n);
        for (int f = 3; f <= LARGEST_FACTOR; f += 2) {
            for (; rest % f == 0; rest /= f) {
                factors[count++] = f;
            }
        }
        if (twos == 1) {
            factors[count++] = 2;
        }
        for (int i = twos % 2 == 1 ? 3 : 0; i < twos; i += 2) {
            factors[count++] = 4;
        }
        if (twos % 2 == 1 && twos > 1) {
            factors[count++] = 8;
        }
        return rest == 1 ? java.util.Arrays.copyOf(factors, count) : null;
    }

    private Roots chirpAndFilter() {
        int m = inner.size;
        double[] re = new double[m], im = new double[m];
        for (int j = 0; j < size; j++) {
            double angle = Math.PI * ((long) j * j % (2L * size)) / size;
            chirp.set(j, Math.cos(angle), -Math.sin(angle));
            re[j] = re[(m - j) % m] = Math.cos(angle) / m;
            im[j] = im[(m - j) % m] = Math.sin(angle) / m;
        }
        return transformed(re, im);
    }

    /// The transform of a power of two, in double.
    private static Roots transformed(double[] re, double[] im) {
        int n = re.length;
        for (int s = 1; s < n; s *= 2) {
            int m = n / 2 / s;
            double[] toRe = new double[n], toIm = new double[n];
            for (int i = 0; i < n / 2; i++) {
                int p = i / s, to = i + s * p;
                double dRe = re[i] - re[i + n / 2], dIm = im[i] - im[i + n / 2];
                double c = Math.cos(Math.PI * p / m), d = -Math.sin(Math.PI * p / m);
                toRe[to] = re[i] + re[i + n / 2];
                toIm[to] = im[i] + im[i + n / 2];
                toRe[to + s] = dRe * c - dIm * d;
                toIm[to + s] = dRe * d + dIm * c;
            }
            re = toRe;
            im = toIm;
        }
        Roots result = new Roots(new float[n], new float[n]);
        for (int t = 0; t < n; t++) {
            result.set(t, re[t], im[t]);
        }
        return result;
    }
}
