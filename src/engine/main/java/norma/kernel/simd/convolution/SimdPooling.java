package norma.kernel.simd.convolution;

import static norma.kernel.simd.vector.Species.F;
import static norma.kernel.simd.vector.Species.LANES;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import norma.kernel.Floats;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.PoolingKernel;
import norma.kernel.contract.Scratch;
import norma.parallel.Workers;

/// Pooling on vectors: each plane is laid out as for a convolution, so that the inputs under one tap of neighbouring
/// outputs are neighbours too.
public final class SimdPooling implements PoolingKernel {
    private static final int L = LANES;

    /// Slots of working memory: what all threads divide by, two laid-out planes, and two planes of results that have to be
    /// spread.
    private static final Scratch COUNTS = new Scratch();
    private static final Scratch FIRST = new Scratch();
    private static final Scratch SECOND = new Scratch();
    private static final Scratch RESULTS = new Scratch();
    private static final Scratch WINNERS = new Scratch();

    /// Outputs with the same taps.
    ///
    /// @param at where the window of their first output begins in the laid-out plane
    /// @param first where the row of their first output begins
    /// @param taps how far each tap lies from where a window begins
    /// @param numbers which tap of the window it is, as winners are written
    private record Pass(TileOffsets offsets, int at, int first, int[] taps, float[] numbers) {
    }

    private static PlaneLayout layout(WindowGeometry z, boolean backward) {
        PlaneLayout all = backward ? PlaneLayout.backward(z, 0) : PlaneLayout.forward(z, 0);
        return all.ofRows(all.vertical().outputs());
    }

    private static Pass[] passes(PlaneLayout layout, int width) {
        ConvolutionAxis.Pass[] downs = layout.vertical().passes(), acrosses = layout.horizontal().passes();
        return IntStream.range(0, downs.length * acrosses.length)
                .mapToObj(i -> pass(layout, downs[i / acrosses.length], acrosses[i % acrosses.length], width))
                .toArray(Pass[]::new);
    }

    private static Pass pass(PlaneLayout layout, ConvolutionAxis.Pass down, ConvolutionAxis.Pass across, int width) {
        int[] numbers = layout.numbers(down, across);
        float[] asFloats = new float[numbers.length];
        for (int k = 0; k < numbers.length; k++) {
            asFloats[k] = numbers[k];
        }
        TileOffsets offsets =
                new TileOffsets(down.count(), across.count(), layout.pitch(), down.step() * width, across.step());
        return new Pass(offsets, down.from() * layout.pitch() + across.from(), down.first() * width,
                layout.offsets(down, across), asFloats);
    }

    private static float[] layOut(PlaneLayout layout, Floats x, int plane, float padding, Scratch room) {
        int size = layout.height() * layout.width();
        return layOut(layout, x.array(), x.offset() + plane * size, padding, room);
    }

    private static float[] layOut(PlaneLayout layout, float[] x, int at, float padding, Scratch room) {
        float[] laidOut = room.floats(layout.size() + L);
        layout.copy(x, at, 0, layout.rows(), padding, laidOut, 0);
        return laidOut;
    }

    // ---- Maximum ----

    @Override
    public void max(int count, WindowGeometry z, Floats x, Floats y, Floats winners) {
        PlaneLayout layout = layout(z, false);
        Pass pass = passes(layout, z.outWidth())[0];
        TileOffsets[] offsets = {pass.offsets};
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            for (int p = from; p < to; p++) {
                float[] laidOut = layOut(layout, x, p, Float.NEGATIVE_INFINITY, FIRST);
                int yAt = y.offset() + p * z.outPlane(), wonAt = winners.offset() + p * z.outPlane();
                if (offsets[0].direct) {
                    max(pass, laidOut, y.array(), yAt, winners.array(), wonAt);
                } else {
                    int size = offsets[0].size;
                    float[] results = RESULTS.floats(size), won = WINNERS.floats(size);
                    max(pass, laidOut, results, 0, won, 0);
                    TileOffsets.spread(offsets, 0, 1, results, 0, size, y.array(), yAt);
                    TileOffsets.spread(offsets, 0, 1, won, 0, size, winners.array(), wonAt);
                }
            }
        });
    }

    private static void max(Pass pass, float[] x, float[] y, int yAt, float[] winners, int wonAt) {
        for (int v = 0; v < pass.offsets.count; v++) {
            int at = pass.offsets.y[v];
            max(x, pass.offsets.x[v], pass.taps, pass.numbers, y, yAt + at, winners, wonAt + at);
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
        TileOffsets[] offsets = offsets(passes);
        int across = z.horizontal().stride(), size = TileOffsets.size(offsets, 0, offsets.length);
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            for (int p = from; p < to; p++) {
                float[] dys = layOut(layout, dy, p, 0, FIRST), won = layOut(layout, winners, p, -1, SECOND);
                for (int i = 0; i < passes.length; i += across) {
                    int at = dx.offset() + p * z.plane() + passes[i].first;
                    if (offsets[i].direct) {
                        winnings(passes[i], dys, won, dx.array(), at);
                        continue;
                    }
                    float[] results = RESULTS.floats(across * size);
                    for (int q = 0; q < across; q++) {
                        winnings(passes[i + q], dys, won, results, q * size);
                    }
                    TileOffsets.spread(offsets, i, across, results, 0, size, dx.array(), at);
                }
            }
        });
    }

    private static TileOffsets[] offsets(Pass[] passes) {
        return Stream.of(passes).map(Pass::offsets).toArray(TileOffsets[]::new);
    }

    private static void winnings(Pass pass, float[] dy, float[] winners, float[] dx, int dxAt) {
        for (int v = 0; v < pass.offsets.count; v++) {
            winnings(dy, winners, pass.at + pass.offsets.x[v], pass.taps, pass.numbers, dx, dxAt + pass.offsets.y[v]);
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
        TileOffsets[] offsets = offsets(passes);
        float[] counts = counts(z, countPadding);
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            for (int p = from; p < to; p++) {
                float[] laidOut = layOut(layout, x, p, 0, FIRST);
                int at = y.offset() + p * z.outPlane();
                sums(passes, 0, 1, offsets, laidOut, y.array(), at);
                divide(y.array(), at, counts, y.array(), at, z.outPlane());
            }
        });
    }

    @Override
    public void meanGradient(int count, WindowGeometry z, boolean countPadding, Floats dy, Floats dx) {
        PlaneLayout layout = layout(z, true);
        Pass[] passes = passes(layout, z.width());
        TileOffsets[] offsets = offsets(passes);
        int across = z.horizontal().stride();
        float[] counts = counts(z, countPadding);
        Workers.split(count, Workers.grain(z.plane()), (from, to) -> {
            float[] shares = SECOND.floats(z.outPlane());
            for (int p = from; p < to; p++) {
                divide(dy.array(), dy.offset() + p * z.outPlane(), counts, shares, 0, z.outPlane());
                float[] laidOut = layOut(layout, shares, 0, 0, FIRST);
                for (int i = 0; i < passes.length; i += across) {
                    sums(passes, i, across, offsets, laidOut, dx.array(),
                            dx.offset() + p * z.plane() + passes[i].first);
                }
            }
        });
    }

    private static float[] counts(WindowGeometry z, boolean countPadding) {
        float[] counts = COUNTS.floats(z.outPlane());
        PoolingKernel.counts(z, countPadding, counts);
        return counts;
    }

    /// The passes over the same rows, `count` of them.
    private static void sums(Pass[] passes, int first, int count, TileOffsets[] offsets, float[] x, float[] y, int at) {
        if (offsets[first].direct) {
            sums(passes[first], x, y, at);
            return;
        }
        int size = TileOffsets.size(offsets, first, count);
        float[] results = RESULTS.floats(count * size);
        for (int q = 0; q < count; q++) {
            sums(passes[first + q], x, results, q * size);
        }
        TileOffsets.spread(offsets, first, count, results, 0, size, y, at);
    }

    private static void sums(Pass pass, float[] x, float[] y, int yAt) {
        for (int v = 0; v < pass.offsets.count; v++) {
            sum(x, pass.at + pass.offsets.x[v], pass.taps, y, yAt + pass.offsets.y[v]);
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
