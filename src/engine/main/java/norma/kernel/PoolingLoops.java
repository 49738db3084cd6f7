package norma.kernel;

import java.util.Arrays;
import norma.parallel.Scratch;
import norma.parallel.Workers;

/// The reference of [Pooling].
final class PoolingLoops {

    private PoolingLoops() {
    }

    static void max(int planes, Sliding sliding, Floats x, Floats y, Floats winners) {
        Window down = sliding.vertical(), across = sliding.horizontal();
        forEachRow(planes, sliding, (plane, i, y0) -> {
            float[] xs = x.array(), ys = y.array(), won = winners.array();
            int to = y0 + sliding.outWidth(), shift = winners.offset() - y.offset();
            Arrays.fill(ys, y0, to, Float.NEGATIVE_INFINITY);
            Arrays.fill(won, y0 + shift, to + shift, 0);
            for (int v = 0; v < down.size(); v++) {
                int in = down.input(i, v);
                for (int h = 0; h < across.size() && in >= 0 && in < sliding.height(); h++) {
                    int row = x.offset() + (plane * sliding.height() + in) * sliding.width() + across.input(0, h);
                    for (int j = across.first(h, sliding.width()); j < across.end(h, sliding.width()); j++) {
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

    static void maxGradient(int planes, Sliding sliding, Floats dy, Floats winners, Floats dx) {
        gradient(planes, sliding, dx, (plane, output, tap) -> {
            int at = plane * sliding.outPlane() + output;
            return winners.get(at) == tap ? dy.get(at) : 0;
        });
    }

    static void mean(int planes, Sliding sliding, boolean countPadding, Floats x, Floats y) {
        Window down = sliding.vertical(), across = sliding.horizontal();
        float[] counts = Scratch.floats(0, sliding.outPlane());
        Pooling.counts(sliding, countPadding, counts);
        forEachRow(planes, sliding, (plane, i, y0) -> {
            float[] xs = x.array(), ys = y.array();
            Arrays.fill(ys, y0, y0 + sliding.outWidth(), 0);
            for (int v = 0; v < down.size(); v++) {
                int in = down.input(i, v);
                for (int h = 0; h < across.size() && in >= 0 && in < sliding.height(); h++) {
                    int row = x.offset() + (plane * sliding.height() + in) * sliding.width() + across.input(0, h);
                    for (int j = across.first(h, sliding.width()); j < across.end(h, sliding.width()); j++) {
                        ys[y0 + j] += xs[row + j * across.stride()];
                    }
                }
            }
            for (int j = 0; j < sliding.outWidth(); j++) {
                ys[y0 + j] /= counts[i * sliding.outWidth() + j];
            }
        }, y);
    }

    static void meanGradient(int planes, Sliding sliding, boolean countPadding, Floats dy, Floats dx) {
        float[] counts = Scratch.floats(0, sliding.outPlane());
        Pooling.counts(sliding, countPadding, counts);
        gradient(planes, sliding, dx,
                (plane, output, tap) -> dy.get(plane * sliding.outPlane() + output) / counts[output]);
    }

    /// One row of outputs, which begins at `y0`.
    private interface Row {
        void run(int plane, int row, int y0);
    }

    private static void forEachRow(int planes, Sliding sliding, Row row, Floats y) {
        int height = sliding.outHeight(), width = sliding.outWidth();
        Workers.split(planes * height, Workers.grain(width * sliding.taps()), (from, to) -> {
            for (int r = from; r < to; r++) {
                row.run(r / height, r % height, y.offset() + r * width);
            }
        });
    }

    /// What an output gives to the input under a tap.
    private interface Share {
        float of(int plane, int output, int tap);
    }

    private static void gradient(int planes, Sliding sliding, Floats dx, Share share) {
        Window down = sliding.vertical(), across = sliding.horizontal();
        Workers.split(planes, Workers.grain(sliding.outPlane() * sliding.taps()), (from, to) -> {
            for (int plane = from; plane < to; plane++) {
                dx.slice(plane * sliding.plane(), sliding.plane()).fill(0);
                for (int tap = 0; tap < sliding.taps(); tap++) {
                    int v = tap / across.size(), h = tap % across.size();
                    for (int i = down.first(v, sliding.height()); i < down.end(v, sliding.height()); i++) {
                        int x0 = dx.offset() + (plane * sliding.height() + down.input(i, v)) * sliding.width();
                        for (int j = across.first(h, sliding.width()); j < across.end(h, sliding.width()); j++) {
                            dx.array()[x0 + across.input(j, h)] += share.of(plane, i * sliding.outWidth() + j, tap);
                        }
                    }
                }
            }
        });
    }
}
