package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.Window;
import norma.kernel.WindowGeometry;
import norma.parallel.Workers;

/// The reference of [PoolingKernel].
final class PoolingLoops {

    private static final Scratch COUNTS = new Scratch();

    private PoolingLoops() {
    }

    static void max(int planes, WindowGeometry geometry, Floats x, Floats y, Floats winners) {
        Window down = geometry.vertical(), across = geometry.horizontal();
        forEachRow(planes, geometry, (plane, i, y0) -> {
            float[] xs = x.array(), ys = y.array(), won = winners.array();
            int to = y0 + geometry.outWidth(), shift = winners.offset() - y.offset();
            Arrays.fill(ys, y0, to, Float.NEGATIVE_INFINITY);
            Arrays.fill(won, y0 + shift, to + shift, 0);
            for (int v = 0; v < down.size(); v++) {
                int in = down.input(i, v);
                for (int h = 0; h < across.size() && in >= 0 && in < geometry.height(); h++) {
                    int row = x.offset() + (plane * geometry.height() + in) * geometry.width() + across.input(0, h);
                    for (int j = across.first(h, geometry.width()); j < across.end(h, geometry.width()); j++) {
                        float candidate = xs[row + j * across.stride()];
                        if (candidate > ys[y0 + j] || candidate != candidate) {
                            ys[y0 + j] = candidate;
                            won[y0 + shift + j] = v * across.size() + h;
                        }
                    }
                }
            }
        }, y);
    }

    static void maxGradient(int planes, WindowGeometry geometry, Floats dy, Floats winners, Floats dx) {
        gradient(planes, geometry, dx, (plane, output, tap) -> {
            int at = plane * geometry.outPlane() + output;
            return winners.get(at) == tap ? dy.get(at) : 0;
        });
    }

    static void mean(int planes, WindowGeometry geometry, boolean countPadding, Floats x, Floats y) {
        Window down = geometry.vertical(), across = geometry.horizontal();
        float[] counts = COUNTS.floats(geometry.outPlane());
        PoolingKernel.counts(geometry, countPadding, counts);
        forEachRow(planes, geometry, (plane, i, y0) -> {
            float[] xs = x.array(), ys = y.array();
            Arrays.fill(ys, y0, y0 + geometry.outWidth(), 0);
            for (int v = 0; v < down.size(); v++) {
                int in = down.input(i, v);
                for (int h = 0; h < across.size() && in >= 0 && in < geometry.height(); h++) {
                    int row = x.offset() + (plane * geometry.height() + in) * geometry.width() + across.input(0, h);
                    for (int j = across.first(h, geometry.width()); j < across.end(h, geometry.width()); j++) {
                        ys[y0 + j] += xs[row + j * across.stride()];
                    }
                }
            }
            for (int j = 0; j < geometry.outWidth(); j++) {
                ys[y0 + j] /= counts[i * geometry.outWidth() + j];
            }
        }, y);
    }

    static void meanGradient(int planes, WindowGeometry geometry, boolean countPadding, Floats dy, Floats dx) {
        float[] counts = COUNTS.floats(geometry.outPlane());
        PoolingKernel.counts(geometry, countPadding, counts);
        gradient(planes, geometry, dx,
                (plane, output, tap) -> dy.get(plane * geometry.outPlane() + output) / counts[output]);
    }

    /// One row of outputs, which begins at `y0`.
    private interface Row {
        void run(int plane, int row, int y0);
    }

    private static void forEachRow(int planes, WindowGeometry geometry, Row row, Floats y) {
        int height = geometry.outHeight(), width = geometry.outWidth();
        Workers.split(planes * height, Workers.grain(width * geometry.taps()), (from, to) -> {
            for (int r = from; r < to; r++) {
                row.run(r / height, r % height, y.offset() + r * width);
            }
        });
    }

    /// What an output gives to the input under a tap.
    private interface Share {
        float of(int plane, int output, int tap);
    }

    private static void gradient(int planes, WindowGeometry geometry, Floats dx, Share share) {
        Window down = geometry.vertical(), across = geometry.horizontal();
        Workers.split(planes, Workers.grain(geometry.outPlane() * geometry.taps()), (from, to) -> {
            for (int plane = from; plane < to; plane++) {
                dx.slice(plane * geometry.plane(), geometry.plane()).fill(0);
                for (int tap = 0; tap < geometry.taps(); tap++) {
                    int v = tap / across.size(), h = tap % across.size();
                    for (int i = down.first(v, geometry.height()); i < down.end(v, geometry.height()); i++) {
                        int x0 = dx.offset() + (plane * geometry.height() + down.input(i, v)) * geometry.width();
                        for (int j = across.first(h, geometry.width()); j < across.end(h, geometry.width()); j++) {
                            dx.array()[x0 + across.input(j, h)] += share.of(plane, i * geometry.outWidth() + j, tap);
                        }
                    }
                }
            }
        });
    }
}
