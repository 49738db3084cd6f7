package norma.kernel.simd.convolution;

import static norma.kernel.simd.vector.Species.MANY_REGISTERS;

import java.util.Arrays;
import java.util.stream.Stream;
import norma.kernel.Floats;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.ConvolutionKernel.Sizes;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.vector.Species;
import norma.parallel.Workers;

/// y from x and w, or dx from dy and w, which is the same with the weights transposed and a few taps for each phase of a
/// stride. Below, x is what is read and y what is written.
///
///     pack the weights: panels of channels of y, tap by tap             all threads
///     for each part of an image, and each group, in parallel:
///         lay out the channels of x                                     in the second-level cache
///         for each panel:                                               in the first-level cache
///             for each tile of outputs: sum over channels and taps      in registers
///
/// Nothing like the matrix of patches is written: a tile reads each tap of its windows where it lies. Each output is one
/// chain of fused multiply-adds in the order of channels and taps.
final class Correlation {
    private static final int L = Species.LANES;

    /// Floats laid out at a time: 512 KB of a second-level cache.
    private static final int LAID_OUT = 1 << 17;

    /// Chunks to aim at, and the multiply-adds that make one worth handing to a thread.
    private static final int CHUNKS = 16;
    private static final int LEAST_WORK = 1 << 17;

    /// Weights in panels, planes with their padding, and outputs that have to be spread.
    private static final Scratch PACKED = new Scratch();
    private static final Scratch PLANES = new Scratch();
    private static final Scratch RESULTS = new Scratch();

    private static final float[] NO_BIAS = new float[ConvolutionTiles.ROWS];

    /// What the weights of one tap, channel of x and channel of y stand apart, and those of one group.
    private record Strides(int tap, int x, int y, int group) {
    }

    /// Outputs with the same taps; `taps` is how far each tap of each channel lies from where the window begins, `numbers`
    /// which tap of the window it is.
    private record Pass(ConvolutionAxis.Pass down, ConvolutionAxis.Pass across, int[] numbers, int[] taps,
            int weightsAt) {
    }

    private final int batch;
    private final int groups;
    private final int xChannels;
    private final int yChannels;
    private final int yWidth;
    private final int yPlane;
    private final Floats x;
    private final Floats w;
    private final Strides strides;
    private final Floats bias;
    private final Floats y;

    private final PlaneLayout layout;
    private final Pass[] passes;
    private final boolean inPlace;
    private final int xSize;

    private final int panelRows;
    private final int panels;
    private final int groupWeights;
    private float[] packed;

    private final int rows;
    private final int blocks;
    private int cuts;

    /// y = x convolved with w, plus bias
    static void forward(Sizes s, Floats x, Floats w, Floats bias, Floats y) {
        WindowGeometry z = s.geometry();
        int taps = z.taps(), channels = s.groupChannels();
        new Correlation(s, PlaneLayout.forward(z, 0), channels, s.groupOutChannels(), z.outWidth(), z.outPlane(), x, w,
                new Strides(1, taps, channels * taps, s.groupOutChannels() * channels * taps), bias, y).run();
    }

    /// dx = dy convolved with w transposed
    static void backward(Sizes s, Floats dy, Floats w, Floats dx) {
        WindowGeometry z = s.geometry();
        int taps = z.taps(), channels = s.groupChannels();
        new Correlation(s, PlaneLayout.backward(z, 0), s.groupOutChannels(), channels, z.width(), z.plane(), dy, w,
                new Strides(1, channels * taps, taps, s.groupOutChannels() * channels * taps), null, dx).run();
    }

    private Correlation(Sizes s, PlaneLayout all, int xChannels, int yChannels, int yWidth, int yPlane, Floats x,
            Floats w,
            Strides strides, Floats bias, Floats y) {
        this.batch = s.batch();
        this.groups = s.groups();
        this.xChannels = xChannels;
        this.yChannels = yChannels;
        this.yWidth = yWidth;
        this.yPlane = yPlane;
        this.x = x;
        this.w = w;
        this.strides = strides;
        this.bias = bias;
        this.y = y;
        int height = all.vertical().outputs();
        this.rows = Math.clamp(all.rowsIn(LAID_OUT / Math.max(1, xChannels)), 1, Math.max(1, height));
        this.blocks = Math.ceilDiv(height, rows);
        this.layout = all.ofRows(rows);
        this.inPlace = layout.isPlain() && !overreads();
        this.xSize = inPlace ? layout.height() * layout.width() : layout.size();
        this.panelRows = yChannels >= ConvolutionTiles.ROWS ? ConvolutionTiles.ROWS : yChannels >= 4 ? 4 : 1;
        this.panels = Math.ceilDiv(yChannels, panelRows);
        this.passes = passes();
        this.groupWeights = xChannels * panels * panelRows
                * Stream.of(passes).mapToInt(p -> p.numbers.length).sum();
    }

    private Pass[] passes() {
        ConvolutionAxis.Pass[] downs = layout.vertical().passes(), acrosses = layout.horizontal().passes();
        Pass[] all = new Pass[downs.length * acrosses.length];
        int at = 0;
        for (int i = 0; i < all.length; i++) {
            ConvolutionAxis.Pass down = downs[i / acrosses.length], across = acrosses[i % acrosses.length];
            int[] offsets = layout.offsets(down, across), taps = new int[xChannels * offsets.length];
            Arrays.setAll(taps, k -> k / offsets.length * xSize + offsets[k % offsets.length]);
            all[i] = new Pass(down, across, layout.numbers(down, across), taps, at);
            at += taps.length * panels * panelRows;
        }
        return all;
    }

    private boolean overreads() {
        for (int block = Math.max(0, blocks - 2); block < blocks; block++) {
            for (ConvolutionAxis.Pass down : layout.vertical().passes()) {
                for (ConvolutionAxis.Pass across : layout.horizontal().passes()) {
                    if (offsets(down, across, block).overreads) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private TileOffsets offsets(ConvolutionAxis.Pass down, ConvolutionAxis.Pass across, int block) {
        return new TileOffsets(end(down, block) - first(down, block), across.count(), layout.pitch(),
                down.step() * yWidth,
                across.step());
    }

    /// The first output of a pass in a block of rows, and the one after the last.
    private int first(ConvolutionAxis.Pass down, int block) {
        return Math.clamp(block * rows - down.from(), 0, down.count());
    }

    private int end(ConvolutionAxis.Pass down, int block) {
        return first(down, block + 1);
    }

    private void run() {
        long size = (long) groupWeights * groups;
        packed = PACKED.floats((int) size);
        Workers.split(groups * panels, Workers.grain(groupWeights / Math.max(1, panels)), (from, to) -> {
            for (int i = from; i < to; i++) {
                pack(i / panels, i % panels);
            }
        });
        int units = blocks * batch * groups;
        cuts = Math.clamp(CHUNKS / Math.max(1, units), 1, Math.max(1, panels / 2));
        long work = (long) groupWeights * rows * layout.horizontal().outputs() / cuts;
        Workers.split(units * cuts, (int) Math.max(1, LEAST_WORK / Math.max(1, work)), this::chunk);
    }

    private int firstRow(int panel) {
        return Math.min(panel * panelRows, yChannels - panelRows);
    }

    private void pack(int group, int panel) {
        for (Pass pass : passes) {
            int at = group * groupWeights + pass.weightsAt + panel * panelRows * pass.taps.length;
            int from = w.offset() + group * strides.group + firstRow(panel) * strides.y;
            for (int c = 0; c < xChannels; c++) {
                for (int number : pass.numbers) {
                    int source = from + c * strides.x + number * strides.tap;
                    for (int r = 0; r < panelRows; r++) {
                        packed[at++] = w.array()[source + r * strides.y];
                    }
                }
            }
        }
    }

    /// Units `[from, to)`: a block of rows of an image, a group, and some of its panels.
    private void chunk(int from, int to) {
        TileOffsets[] offsets = new TileOffsets[passes.length];
        int grain = Math.ceilDiv(panels, cuts);
        for (int i = from, last = -1; i < to; i++) {
            int cut = i % cuts, group = i / cuts % groups, image = i / cuts / groups % batch;
            int block = i / cuts / groups / batch;
            for (int p = 0; p < passes.length && block != last; p++) {
                offsets[p] = offsets(passes[p].down, passes[p].across, block);
            }
            last = block;
            int index = image * groups + group;
            if (inPlace) {
                int at = x.offset() + index * xChannels * xSize + block * rows * layout.width();
                part(block, index, group, cut * grain, x.array(), at, offsets);
            } else {
                part(block, index, group, cut * grain, layOut(block, index), 0, offsets);
            }
        }
    }

    private float[] layOut(int block, int index) {
        float[] laidOut = PLANES.floats(xChannels * xSize + L);
        int count = Math.min(rows, layout.vertical().outputs() - block * rows);
        for (int c = 0; c < xChannels; c++) {
            layout.copy(x.array(), x.offset() + (index * xChannels + c) * layout.height() * layout.width(),
                    block * rows, count, 0, laidOut, c * xSize);
        }
        return laidOut;
    }

    private void part(int block, int index, int group, int panel, float[] xs, int xAt, TileOffsets[] offsets) {
        int to = Math.min(panels, panel + Math.ceilDiv(panels, cuts)), acrosses = layout.horizontal().passes().length;
        for (int i = 0; i < passes.length; i += acrosses) {
            ConvolutionAxis.Pass down = passes[i].down;
            int row = first(down, block);
            int windows = xAt + (row + down.from() - block * rows) * layout.pitch();
            int at = y.offset() + index * yChannels * yPlane + (down.first() + row * down.step()) * yWidth;
            for (int p = panel; p < to && end(down, block) > row; p++) {
                if (offsets[i].direct) {
                    tiles(passes[i], offsets[i], group, p, xs, windows, y.array(), at + firstRow(p) * yPlane, yPlane);
                } else {
                    spread(i, acrosses, offsets, group, p, xs, windows, at);
                }
            }
        }
    }

    /// A panel the results of which don't lie side by side, or have floats in between that belong to nothing.
    private void spread(int pass, int acrosses, TileOffsets[] offsets, int group, int panel, float[] xs, int xAt,
            int yAt) {
        int size = TileOffsets.size(offsets, pass, acrosses);
        float[] results = RESULTS.floats(acrosses * panelRows * size);
        for (int q = 0; q < acrosses; q++) {
            tiles(passes[pass + q], offsets[pass + q], group, panel, xs, xAt, results, q * panelRows * size, size);
        }
        for (int r = panel * panelRows - firstRow(panel); r < panelRows; r++) {
            TileOffsets.spread(offsets, pass, acrosses, results, r * size, panelRows * size, y.array(),
                    yAt + (firstRow(panel) + r) * yPlane);
        }
    }

    private void tiles(Pass pass, TileOffsets offsets, int group, int panel, float[] xs, int windows, float[] ys,
            int yAt,
            int yRow) {
        int[] taps = pass.taps;
        int xAt = windows + pass.across.from();
        int weights = group * groupWeights + pass.weightsAt + panel * panelRows * taps.length;
        float[] biases = bias == null ? NO_BIAS : bias.array();
        int biasAt = bias == null ? 0 : bias.offset() + group * yChannels + firstRow(panel);
        if (panelRows == 1) {
            for (int v = 0; v < offsets.count; v += 4) {
                ConvolutionTiles.correlate1x4(packed, weights, taps, xs, xAt, offsets.x, biases[biasAt], ys, yAt,
                        offsets.y, v);
            }
            return;
        }
        for (int v = 0; v < offsets.count; v += 2) {
            int x0 = xAt + offsets.x[v], x1 = xAt + offsets.x[v + 1], y0 = yAt + offsets.y[v],
                    y1 = yAt + offsets.y[v + 1];
            if (MANY_REGISTERS && panelRows == 8) {
                ConvolutionTiles.correlate8x2(packed, weights, taps, xs, x0, x1, biases, biasAt, ys, y0, y1, yRow);
                continue;
            }
            for (int r = 0; r < panelRows; r += 4) {
                ConvolutionTiles.correlate4x2(packed, weights + r, panelRows, taps, xs, x0, x1, biases, biasAt + r, ys,
                        y0 + r * yRow, y1 + r * yRow, yRow);
            }
        }
    }
}
