package norma.kernel.simd;

import static norma.kernel.simd.Lanes.F;
import static norma.kernel.simd.Lanes.LANES;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.PoolingKernel;
import norma.parallel.Scratch;
import norma.parallel.Workers;

/// Pooling on vectors: each plane is laid out as for a convolution, so that the inputs under one tap of neighbouring
/// outputs are neighbours too.
final class SimdPooling implements PoolingKernel {
    private static final int L = LANES;

    /// Slots of working memory: what all threads divide by, two laid-out planes, and two planes of results that have to be
    /// spread.
    private static final int COUNTS = 0, FIRST = 1, SECOND = 2, RESULTS = 3, WINNERS = 4;

    /// Outputs with the same taps.
    ///
    /// @param at where the window of their first output begins in the laid-out plane
    /// @param first where the row of their first output begins
    /// @param taps how far each tap lies from where a window begins
    /// @param numbers which tap of the window it is, as winners are written
    private record Pass(Places places, int at, int first, int[] taps, float[] numbers) {
    }

    private static PlaneLayout layout(WindowGeometry z, boolean backward) {
        PlaneLayout all = backward ? PlaneLayout.backward(z, 0) : PlaneLayout.forward(z, 0);
        return all.ofRows(all.vertical().outputs());
    }

    private static Pass[] passes(PlaneLayout layout, int width) {
        Axis.Pass[] downs = layout.vertical().passes(), acrosses = layout.horizontal().passes();
        return IntStream.range(0, downs.length * acrosses.length)
                .mapToObj(i -> pass(layout, downs[i / acrosses.length], acrosses[i % acrosses.length], width))
                .toArray(Pass[]::new);
    }

    private static Pass pass(PlaneLayout layout, Axis.Pass down, Axis.Pass across, int width) {
        int[] numbers = layout.numbers(down, across);
        float[] asFloats = new float[numbers.length];
        for (int k = 0; k < numbers.length; k++) {
            asFloats[k] = numbers[k];
        }
        Places places = new Places(down.count(), across.count(), layout.pitch(), down.step() * width, across.step());
        return new Pass(places, down.from() * layout.pitch() + across.from(), down.first() * width,
                layout.offsets(down, across), asFloats);
    }

    private static float[] layOut(PlaneLayout layout, Floats x, int plane, float padding, int slot) {
        int size = layout.height() * layout.width();
        return layOut(layout, x.array(), x.offset() + plane * size, padding, slot);
    }

    private static float[] layOut(PlaneLayout layout, float[] x, int at, float padding, int slot) {
        float[] laidOut = Scratch.floats(slot, layout.size() + L);
        layout.copy(x, at, 0, layout.rows(), padding, laidOut, 0);
        return laidOut;
    }

    // ---- Maximum ----

    @Override
    public void max(int count, WindowGeometry z, Floats x, Floats y, Floats winners) {
        PlaneLayout layout = layout(z, false);
        Pass pass = passes(layout, z.outWidth())[0];
        Places[] places = {pass.places};
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            for (int p = from; p < to; p++) {
                float[] laidOut = layOut(layout, x, p, Float.NEGATIVE_INFINITY, FIRST);
                int yAt = y.offset() + p * z.outPlane(), wonAt = winners.offset() + p * z.outPlane();
                if (places[0].direct) {
                    max(pass, laidOut, y.array(), yAt, winners.array(), wonAt);
                } else {
                    int size = places[0].size;
                    float[] results = Scratch.floats(RESULTS, size), won = Scratch.floats(WINNERS, size);
                    max(pass, laidOut, results, 0, won, 0);
                    Places.spread(places, 0, 1, results, 0, size, y.array(), yAt);
                    Places.spread(places, 0, 1, won, 0, size, winners.array(), wonAt);
                }
            }
        });
    }

    private static void max(Pass pass, float[] x, float[] y, int yAt, float[] winners, int wonAt) {
        for (int v = 0; v < pass.places.count; v++) {
            int at = pass.places.y[v];
            max(x, pass.places.x[v], pass.taps, pass.numbers, y, yAt + at, winners, wonAt + at);
        }
    }

    /// One vector of outputs.
    private static void max(float[] x, int at, int[] taps, float[] numbers, float[] y, int y0, float[] winners,
            int won0) {
        FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        FloatVector winner = FloatVector.zero(F);
        for (int k = 0; k < taps.length; k++) {
            FloatVector v = FloatVector.fromArray(F, x, at + taps[k]);
            VectorMask<Float> wins = v.compare(VectorOperators.GT, max).or(v.compare(VectorOperators.NE, v));
            max = max.blend(v, wins);
            winner = winner.blend(FloatVector.broadcast(F, numbers[k]), wins);
        }
        max.intoArray(y, y0);
        winner.intoArray(winners, won0);
    }

    @Override
    public void maxGradient(int count, WindowGeometry z, Floats dy, Floats winners, Floats dx) {
        PlaneLayout layout = layout(z, true);
        Pass[] passes = passes(layout, z.width());
        Places[] places = places(passes);
        int across = z.horizontal().stride(), size = Places.size(places, 0, places.length);
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            for (int p = from; p < to; p++) {
                float[] dys = layOut(layout, dy, p, 0, FIRST), won = layOut(layout, winners, p, -1, SECOND);
                for (int i = 0; i < passes.length; i += across) {
                    int at = dx.offset() + p * z.plane() + passes[i].first;
                    if (places[i].direct) {
                        winnings(passes[i], dys, won, dx.array(), at);
                        continue;
                    }
                    float[] results = Scratch.floats(RESULTS, across * size);
                    for (int q = 0; q < across; q++) {
                        winnings(passes[i + q], dys, won, results, q * size);
                    }
                    Places.spread(places, i, across, results, 0, size, dx.array(), at);
                }
            }
        });
    }

    private static Places[] places(Pass[] passes) {
        return Stream.of(passes).map(Pass::places).toArray(Places[]::new);
    }

    private static void winnings(Pass pass, float[] dy, float[] winners, float[] dx, int dxAt) {
        for (int v = 0; v < pass.places.count; v++) {
            winnings(dy, winners, pass.at + pass.places.x[v], pass.taps, pass.numbers, dx, dxAt + pass.places.y[v]);
        }
    }

    /// One vector of inputs.
    private static void winnings(float[] dy, float[] winners, int at, int[] taps, float[] numbers, float[] dx,
            int dx0) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector sum = zero;
        for (int k = 0; k < taps.length; k++) {
            VectorMask<Float> won =
                    FloatVector.fromArray(F, winners, at + taps[k]).compare(VectorOperators.EQ, numbers[k]);
            sum = sum.add(zero.blend(FloatVector.fromArray(F, dy, at + taps[k]), won));
        }
        sum.intoArray(dx, dx0);
    }

    // ---- Mean ----

    @Override
    public void mean(int count, WindowGeometry z, boolean countPadding, Floats x, Floats y) {
        PlaneLayout layout = layout(z, false);
        Pass[] passes = passes(layout, z.outWidth());
        Places[] places = places(passes);
        float[] counts = counts(z, countPadding);
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            for (int p = from; p < to; p++) {
                float[] laidOut = layOut(layout, x, p, 0, FIRST);
                int at = y.offset() + p * z.outPlane();
                sums(passes, 0, 1, places, laidOut, y.array(), at);
                divide(y.array(), at, counts, y.array(), at, z.outPlane());
            }
        });
    }

    @Override
    public void meanGradient(int count, WindowGeometry z, boolean countPadding, Floats dy, Floats dx) {
        PlaneLayout layout = layout(z, true);
        Pass[] passes = passes(layout, z.width());
        Places[] places = places(passes);
        int across = z.horizontal().stride();
        float[] counts = counts(z, countPadding);
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            float[] shares = Scratch.floats(SECOND, z.outPlane());
            for (int p = from; p < to; p++) {
                divide(dy.array(), dy.offset() + p * z.outPlane(), counts, shares, 0, z.outPlane());
                float[] laidOut = layOut(layout, shares, 0, 0, FIRST);
                for (int i = 0; i < passes.length; i += across) {
                    sums(passes, i, across, places, laidOut, dx.array(),
                            dx.offset() + p * z.plane() + passes[i].first);
                }
            }
        });
    }

    private static float[] counts(WindowGeometry z, boolean countPadding) {
        float[] counts = Scratch.floats(COUNTS, z.outPlane());
        PoolingKernel.counts(z, countPadding, counts);
        return counts;
    }

    /// The passes over the same rows, `count` of them.
    private static void sums(Pass[] passes, int first, int count, Places[] places, float[] x, float[] y, int at) {
        if (places[first].direct) {
            sums(passes[first], x, y, at);
            return;
        }
        int size = Places.size(places, first, count);
        float[] results = Scratch.floats(RESULTS, count * size);
        for (int q = 0; q < count; q++) {
            sums(passes[first + q], x, results, q * size);
        }
        Places.spread(places, first, count, results, 0, size, y, at);
    }

    private static void sums(Pass pass, float[] x, float[] y, int yAt) {
        for (int v = 0; v < pass.places.count; v++) {
            sum(x, pass.at + pass.places.x[v], pass.taps, y, yAt + pass.places.y[v]);
        }
    }

    /// One vector of results.
    private static void sum(float[] x, int at, int[] taps, float[] y, int y0) {
        FloatVector sum = FloatVector.zero(F);
        for (int k = 0; k < taps.length; k++) {
            sum = sum.add(FloatVector.fromArray(F, x, at + taps[k]));
        }
        sum.intoArray(y, y0);
    }

    /// y = x / counts
    private static void divide(float[] x, int x0, float[] counts, float[] y, int y0, int n) {
        int i = 0;
        for (; i < F.loopBound(n); i += L) {
            FloatVector.fromArray(F, x, x0 + i).div(FloatVector.fromArray(F, counts, i)).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = x[x0 + i] / counts[i];
        }
    }
}
