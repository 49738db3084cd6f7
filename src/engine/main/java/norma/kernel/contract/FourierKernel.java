package norma.kernel.contract;

import norma.kernel.Floats;
import norma.parallel.Workers;

/// Discrete Fourier transforms of images (rows, columns), over both axes; a single row is a signal, and is transformed along
/// its only axis.
///
///     y_k = scale * sum over j of x_j exp(-2 pi i j k / n), with + in the exponent for the inverse
///
/// A complex number is two floats that lie side by side, re and im. Many short transforms are the rule, so several lines are
/// transformed side by side ([Lines]), and both axes of an image while it is in cache. The error is that of a few roundings:
/// about eps * log2(n) times the size of the result.
public interface FourierKernel {

    /// An image between its two axes, and lines of an odd number of real numbers as complex ones.
    Scratch IMAGE = new Scratch();
    Scratch PAIRS = new Scratch();

    /// Some lines side by side in working memory, while they are transformed. A line is a row or a column of an image.
    interface Lines {
        /// Reads rows: element e of line l is the pair at `x[at + 2 * (l * n + e)]`.
        void loadRows(float[] x, int at, int lines, int n);

        /// Reads columns: element e of line l is the pair at `x[at + 2 * (e * columns + l)]`.
        void loadColumns(float[] x, int at, int lines, int n, int columns);

        /// Replaces every line by its transform, without a factor. The inverse is the transform with re and im exchanged
        /// before and after.
        void transform(FourierPlan plan, boolean inverse);

        /// Makes the n + 1 bins of 2n real numbers of the transform of n complex ones, whose re and im they were.
        void unpackReal(FourierPlan plan);

        /// The inverse of `unpackReal`, times 2: whatever the imaginary parts of the first and last bin are.
        void packReal(FourierPlan plan);

        /// Writes n elements of each line, times `scale`, as rows.
        void storeRows(float scale, float[] y, int at, int lines, int n);

        /// Writes n elements of each line, times `scale`, as columns.
        void storeColumns(float scale, float[] y, int at, int lines, int n, int columns);
    }

    /// Lines transformed together.
    default int lanes() {
        return FourierLoops.LANES;
    }

    /// Working memory of this thread for lines of `room` elements.
    default Lines lines(int room) {
        return new FourierLoops(room);
    }

    /// Complex numbers to complex numbers; y may be x.
    ///
    /// @param x (batch, rows, columns, 2)
    /// @param scale factor on the result: 1 / (rows * columns) makes an inverse of the inverse
    /// @param y (batch, rows, columns, 2)
    default void complex(int batch, int rows, int columns, Floats x, boolean inverse, float scale, Floats y) {
        FourierPlan along = FourierPlan.of(columns), down = FourierPlan.of(rows);
        if (rows == 1) {
            rows(along, batch, x, 0, inverse, scale, y, 0);
            return;
        }
        int size = 2 * rows * columns;
        Workers.split(batch, Workers.grain(size), (from, to) -> {
            for (int b = from; b < to; b++) {
                rows(along, rows, x, b * size, inverse, 1, y, b * size);
                columns(down, columns, y, b * size, inverse, scale, y, b * size);
            }
        });
    }

    /// Real numbers to the bins 0 ... columns / 2, whose conjugates are the others.
    ///
    /// @param x (batch, rows, columns)
    /// @param y (batch, rows, columns / 2 + 1, 2)
    default void real(int batch, int rows, int columns, Floats x, float scale, Floats y) {
        FourierPlan along = planOfReal(columns), down = FourierPlan.of(rows);
        if (rows == 1) {
            realRows(along, batch, columns, x, 0, scale, y, 0);
            return;
        }
        int bins = columns / 2 + 1;
        Workers.split(batch, Workers.grain(rows * columns), (from, to) -> {
            for (int b = from; b < to; b++) {
                realRows(along, rows, columns, x, b * rows * columns, 1, y, b * 2 * rows * bins);
                columns(down, bins, y, b * 2 * rows * bins, false, scale, y, b * 2 * rows * bins);
            }
        });
    }

    /// Bins 0 ... columns / 2 to real numbers, with + in the exponent. The imaginary parts that must be 0 are not looked at:
    /// those of bin 0 and, if `columns` is even, of the last one, after the columns have been transformed.
    ///
    /// @param x (batch, rows, columns / 2 + 1, 2)
    /// @param y (batch, rows, columns)
    default void realInverse(int batch, int rows, int columns, Floats x, float scale, Floats y) {
        FourierPlan along = planOfReal(columns), down = FourierPlan.of(rows);
        if (rows == 1) {
            realInverseRows(along, batch, columns, x, 0, scale, y, 0);
            return;
        }
        int bins = columns / 2 + 1;
        Workers.split(batch, Workers.grain(rows * columns), (from, to) -> {
            Floats image = new Floats(IMAGE.floats(2 * rows * bins), 0, 2 * rows * bins);
            for (int b = from; b < to; b++) {
                columns(down, bins, x, b * 2 * rows * bins, true, 1, image, 0);
                realInverseRows(along, rows, columns, image, 0, scale, y, b * rows * columns);
            }
        });
    }

    /// An even number of real numbers is half as many complex ones; an odd number gets imaginary parts of zero.
    private static FourierPlan planOfReal(int n) {
        return FourierPlan.of(n % 2 == 0 ? n / 2 : n);
    }

    private void rows(FourierPlan plan, int rows, Floats x, int x0, boolean inverse, float scale, Floats y, int y0) {
        int n = plan.size();
        groups(rows, n, (from, count) -> {
            Lines lines = lines(plan.room());
            lines.loadRows(x.array(), x.offset() + x0 + 2 * from * n, count, n);
            lines.transform(plan, inverse);
            lines.storeRows(scale, y.array(), y.offset() + y0 + 2 * from * n, count, n);
        });
    }

    private void columns(FourierPlan plan, int columns, Floats x, int x0, boolean inverse, float scale, Floats y,
            int y0) {
        int n = plan.size();
        groups(columns, n, (from, count) -> {
            Lines lines = lines(plan.room());
            lines.loadColumns(x.array(), x.offset() + x0 + 2 * from, count, n, columns);
            lines.transform(plan, inverse);
            lines.storeColumns(scale, y.array(), y.offset() + y0 + 2 * from, count, n, columns);
        });
    }

    private void realRows(FourierPlan plan, int rows, int n, Floats x, int x0, float scale, Floats y, int y0) {
        int bins = n / 2 + 1;
        boolean even = n % 2 == 0;
        groups(rows, n, (from, count) -> {
            Lines lines = lines(plan.room());
            if (even) {
                lines.loadRows(x.array(), x.offset() + x0 + from * n, count, n / 2);
                lines.transform(plan, false);
                lines.unpackReal(plan);
            } else {
                lines.loadRows(complex(x, x0 + from * n, count * n), 0, count, n);
                lines.transform(plan, false);
            }
            lines.storeRows(scale, y.array(), y.offset() + y0 + 2 * from * bins, count, bins);
        });
    }

    private void realInverseRows(FourierPlan plan, int rows, int n, Floats x, int x0, float scale, Floats y, int y0) {
        int bins = n / 2 + 1;
        boolean even = n % 2 == 0;
        groups(rows, n, (from, count) -> {
            Lines lines = lines(plan.room());
            if (even) {
                lines.loadRows(x.array(), x.offset() + x0 + 2 * from * bins, count, bins);
                lines.packReal(plan);
                lines.transform(plan, true);
                lines.storeRows(scale, y.array(), y.offset() + y0 + from * n, count, n / 2);
            } else {
                float[] whole = allBins(x, x0 + 2 * from * bins, count, n);
                lines.loadRows(whole, 0, count, n);
                lines.transform(plan, true);
                lines.storeRows(scale, whole, 0, count, n);
                takeReal(whole, y, y0 + from * n, count * n);
            }
        });
    }

    /// Some lines of a stage.
    interface Group {
        /// The work of `count` lines from `from` on, at most as many as are transformed together.
        void run(int from, int count);
    }

    /// Cuts lines of n elements into groups; several groups make a chunk for a thread.
    private void groups(int lines, int n, Group group) {
        int lanes = lanes();
        Workers.split(lines, Math.ceilDiv(Workers.grain(2 * n), lanes) * lanes, (from, to) -> {
            for (int i = from; i < to; i += lanes) {
                group.run(i, Math.min(lanes, to - i));
            }
        });
    }

    private static float[] complex(Floats x, int x0, int count) {
        float[] pairs = PAIRS.floats(2 * count);
        for (int i = 0; i < count; i++) {
            pairs[2 * i] = x.array()[x.offset() + x0 + i];
            pairs[2 * i + 1] = 0;
        }
        return pairs;
    }

    /// For odd n: bin n - k is the conjugate of bin k.
    private static float[] allBins(Floats x, int x0, int lines, int n) {
        float[] all = PAIRS.floats(2 * lines * n), xs = x.array();
        for (int l = 0; l < lines; l++) {
            int from = x.offset() + x0 + l * (n + 1), to = 2 * l * n;
            all[to] = xs[from];
            all[to + 1] = 0;
            for (int k = 1; k <= n / 2; k++) {
                all[to + 2 * k] = all[to + 2 * (n - k)] = xs[from + 2 * k];
                all[to + 2 * k + 1] = xs[from + 2 * k + 1];
                all[to + 2 * (n - k) + 1] = -xs[from + 2 * k + 1];
            }
        }
        return all;
    }

    private static void takeReal(float[] pairs, Floats y, int y0, int count) {
        for (int i = 0; i < count; i++) {
            y.array()[y.offset() + y0 + i] = pairs[2 * i];
        }
    }
}
