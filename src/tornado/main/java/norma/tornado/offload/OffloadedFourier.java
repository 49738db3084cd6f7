package norma.tornado.offload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import norma.kernel.Floats;
import norma.kernel.contract.FourierKernel;
import norma.tornado.code.FourierCode;
import norma.tornado.device.Kernel;

/// Fourier transforms: a launch for each factor of the size. Large prime factors are sums of all their terms: n^2 for a prime n.
///
/// @param roots exp(-2 pi i t / n) of each size n
record OffloadedFourier(Offload offload, Map<Integer, float[]> roots) implements FourierKernel {
    private static final Kernel TRANSFORM = Kernel.of(FourierCode::transform);
    private static final Kernel MIRROR = Kernel.of(FourierCode::mirror);

    /// Up to here factors are joined: fewer launches are worth more than fewer products.
    private static final int LARGEST_FACTOR = 16;
    private static final int KEPT_SIZES = 64;
    private static final int REAL = 1;
    private static final int COMPLEX = 2;

    OffloadedFourier(Offload offload) {
        this(offload, new LinkedHashMap<>());
    }

    /// Numbers that are transformed along their middle axis.
    ///
    /// @param kept how many of the result's n are wanted
    private record Axis(int outer, int n, int inner, int kept, boolean inverse) {
    }

    /// Where numbers lie.
    ///
    /// @param each floats of a number, 1 or 2
    private record Numbers(int at, int each) {
    }

    @Override
    public void complex(int batch, int rows, int columns, Floats x, boolean inverse, float scale, Floats y) {
        columnsThenRows(batch, rows, columns, columns, x, COMPLEX, inverse, scale, y);
    }

    @Override
    public void real(int batch, int rows, int columns, Floats x, float scale, Floats y) {
        columnsThenRows(batch, rows, columns, columns / 2 + 1, x, REAL, false, scale, y);
    }

    /// Both axes, or one where that suffices.
    ///
    /// @param kept how many numbers of a row's transform are wanted
    /// @param each floats of a number of x
    private void columnsThenRows(int batch, int rows, int columns, int kept, Floats x, int each, boolean inverse,
            float scale, Floats y) {
        Numbers from = new Numbers(offload.at(x), each), to = new Numbers(offload.at(y), COMPLEX);
        if (rows == 1 && x.array() != y.array()) {
            transform(new Axis(batch, columns, 1, kept, inverse), from, scale, to);
            return;
        }
        Numbers image = room(batch * rows * kept);
        transform(new Axis(batch * rows, columns, 1, kept, inverse), from, 1, image);
        transform(new Axis(batch, rows, kept, rows, inverse), image, scale, to);
    }

    @Override
    public void realInverse(int batch, int rows, int columns, Floats x, float scale, Floats y) {
        int bins = columns / 2 + 1;
        Numbers from = new Numbers(offload.at(x), COMPLEX), to = new Numbers(offload.at(y), REAL);
        Numbers image = rows == 1 ? from : room(batch * rows * bins), whole = room(batch * rows * columns);
        if (rows > 1) {
            transform(new Axis(batch, rows, bins, rows, true), from, 1, image);
        }
        offload.launch(MIRROR, batch * rows * columns, columns, image.at, whole.at);
        transform(new Axis(batch * rows, columns, 1, columns, true), whole, scale, to);
    }

    private Numbers room(int count) {
        return new Numbers(offload.room(COMPLEX * count), COMPLEX);
    }

    /// A transform; y must not be x.
    private void transform(Axis axis, Numbers x, float scale, Numbers y) {
        int n = axis.n, table = offload.at(roots(n)), length = 1;
        List<Integer> factors = factors(n);
        Numbers from = x, free = null;
        for (int i = 0; i < factors.size(); i++) {
            boolean last = i == factors.size() - 1;
            int kept = last ? axis.kept : n;
            Numbers to = last ? y : free != null ? free : room(axis.outer * n * axis.inner);
            float[] f = {last ? scale : 1, axis.inverse ? -1 : 1};
            offload.launch(TRANSFORM, f, axis.outer * kept * axis.inner, n, kept, axis.inner, length, factors.get(i),
                    from.at, from.each, to.at, to.each, table);
            length *= factors.get(i);
            free = from == x ? null : from;
            from = to;
        }
    }

    /// At least one; their product is n.
    private static List<Integer> factors(int n) {
        List<Integer> factors = new ArrayList<>();
        int rest = n;
        for (int f = LARGEST_FACTOR; f > 1; f--) {
            for (; rest % f == 0; rest /= f) {
                factors.add(f);
            }
        }
        for (int f = LARGEST_FACTOR + 1; (long) f * f <= rest; f += 2) {
            for (; rest % f == 0; rest /= f) {
                factors.add(f);
            }
        }
        if (rest > 1 || n == 1) {
            factors.add(rest);
        }
        return factors;
    }

    private float[] roots(int n) {
        if (!roots.containsKey(n) && roots.size() == KEPT_SIZES) {
            roots.clear();
        }
        return roots.computeIfAbsent(n, OffloadedFourier::rootsOf);
    }

    private static float[] rootsOf(int n) {
        float[] pairs = new float[COMPLEX * n];
        for (int t = 0; t < n; t++) {
            pairs[2 * t] = (float) Math.cos(2 * Math.PI * t / n);
            pairs[2 * t + 1] = (float) -Math.sin(2 * Math.PI * t / n);
        }
        return pairs;
    }
}
