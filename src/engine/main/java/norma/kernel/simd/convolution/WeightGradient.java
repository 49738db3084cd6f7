package norma.kernel.simd.convolution;

import static norma.kernel.simd.vector.Species.MANY_REGISTERS;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.ConvolutionKernel.Sizes;
import norma.kernel.contract.Scratch;
import norma.kernel.simd.elementwise.SimdGather;
import norma.kernel.simd.vector.Interleaving;
import norma.kernel.simd.vector.RowMath;
import norma.kernel.simd.vector.Species;
import norma.parallel.Workers;

/// `dw[o, c, t]` = sum over images and outputs of `dy[n, o, i] * x[n, c, input(i, t)]`.
///
/// Each unit of work takes some images, a group, and some channels of x, and leaves its share of dw; shares are added in
/// order. There are two ways to a share:
/// - dy is transposed, so that the channels of an output are a vector; a tile holds eight taps for two such vectors while
///   all outputs pass by, and reads each tap's input where it lies.
/// - With few channels in a group (depthwise), a tap's vector goes along the outputs, and its lanes are added at the end.
final class WeightGradient {
    private static final int L = Species.LANES;

    /// Fewer channels of y in a group than this go the second way.
    private static final int FEW = 4;

    /// Floats of x, and of dy, laid out at a time: both stay in a second-level cache.
    private static final int LAID_OUT = 1 << 17;
    private static final int TRANSPOSED = 1 << 16;

    /// Units to aim at, and floats of all shares at most.
    private static final int UNITS = 16;
    private static final int SHARES = 1 << 22;
    private static final int LEAST_WORK = 1 << 17;

    /// Shares of dw, planes with their padding, and what lies of dy beside them.
    private static final Scratch SUMS = new Scratch();
    private static final Scratch PLANES = new Scratch();
    private static final Scratch GRADIENTS = new Scratch();

    private final Sizes sizes;
    private final WindowGeometry geometry;
    private final Floats x;
    private final Floats dy;
    private final Floats dw;
    private final int channels;
    private final int outChannels;
    private final boolean few;

    /// Units: blocks of images times groups times cuts of a group's channels.
    private final int images;
    private final int imageBlocks;
    private final int cutChannels;
    private final int cuts;

    private final PlaneLayout layout;
    private final int rows;
    private final boolean inPlace;
    private final int xSize;

    /// How far each tap of the channels of a cut lies from where the window begins; the last cut may have fewer.
    private final int[] taps;
    private final int[] lastTaps;

    /// A share: for each tap (each channel of y and tap), a line of one float for each channel of y (each lane).
    private final int lines;
    private final int line;
    private float[] shares;

    WeightGradient(Sizes s, Floats x, Floats dy, Floats dw) {
        this.sizes = s;
        this.geometry = s.geometry();
        this.x = x;
        this.dy = dy;
        this.dw = dw;
        this.channels = s.groupChannels();
        this.outChannels = s.groupOutChannels();
        this.few = outChannels < FEW;
        this.line = few ? L : Math.ceilDiv(outChannels, 2 * L) * 2 * L;

        int most = few ? Math.min(UNITS, SHARES / (2 * L * dw.length()))
                : Math.min(UNITS / s.groups(), SHARES / dw.length());
        this.images = Math.max(1, Math.ceilDiv(s.batch(), Math.max(1, most)));
        this.imageBlocks = Math.max(1, Math.ceilDiv(s.batch(), images));
        int wanted = Math.clamp(UNITS / (imageBlocks * s.groups()), 1, channels);
        this.cutChannels = few ? channels : Math.ceilDiv(channels, wanted);
        this.cuts = Math.ceilDiv(channels, cutChannels);

        PlaneLayout all = PlaneLayout.forward(geometry, 0);
        int fit = Math.min(all.rowsIn(LAID_OUT / cutChannels), TRANSPOSED / (line * geometry.outWidth()));
        this.rows = Math.clamp(fit, 1, geometry.outHeight());
        this.layout = all.ofRows(rows);
        this.inPlace = layout.isPlain() && !few;
        this.xSize = inPlace ? geometry.plane() : layout.size();
        this.taps = taps(few ? 1 : cutChannels);
        this.lastTaps = taps(few ? 1 : channels - (cuts - 1) * cutChannels);
        this.lines = few ? outChannels * channels * taps.length : taps.length;
    }

    /// The last tap is repeated to fill tiles.
    private int[] taps(int some) {
        int[] offsets = layout.offsets(layout.vertical().passes()[0], layout.horizontal().passes()[0]);
        int n = offsets.length, count = some * n, tile = few ? 4 : 8;
        int[] taps = new int[Math.ceilDiv(count, tile) * tile];
        for (int i = 0; i < taps.length; i++) {
            int k = Math.min(i, count - 1);
            taps[i] = k / n * xSize + offsets[k % n];
        }
        return taps;
    }

    void run() {
        int units = imageBlocks * sizes.groups() * cuts;
        shares = SUMS.floats(units * lines * line);
        long work = (long) images * geometry.outPlane() * lines * (few ? 1 : line);
        int grain = (int) Math.max(few ? sizes.groups() : 1, LEAST_WORK / Math.max(1, work));
        Workers.split(units, grain, this::chunk);
        Workers.split(sizes.groups() * cuts, Workers.grain(imageBlocks * lines * line), (from, to) -> {
            for (int i = from; i < to; i++) {
                addShares(i / cuts, i % cuts);
            }
        });
    }

    private int shareAt(int imageBlock, int group, int cut) {
        return ((imageBlock * sizes.groups() + group) * cuts + cut) * lines * line;
    }

    /// Units `[from, to)`, image by image.
    private void chunk(int from, int to) {
        Arrays.fill(shares, from * lines * line, to * lines * line, 0);
        int block = sizes.groups() * cuts;
        for (int n = from / block * images; n < Math.min(sizes.batch(), Math.ceilDiv(to, block) * images); n++) {
            int first = n / images * block;
            for (int unit = Math.max(from, first); unit < Math.min(to, first + block); unit++) {
                add(n, unit / cuts % sizes.groups(), unit % cuts, unit * lines * line);
            }
        }
    }

    /// Adds what one image gives to a share.
    private void add(int image, int group, int cut, int share) {
        int channel = group * channels + cut * cutChannels;
        int[] taps = cut < cuts - 1 ? this.taps : lastTaps;
        int count = Math.min(cutChannels, channels - cut * cutChannels);
        int xAt = x.offset() + (image * sizes.channels() + channel) * geometry.plane();
        int dyAt = dy.offset() + (image * sizes.outChannels() + group * outChannels) * geometry.outPlane();
        for (int row = 0; row < geometry.outHeight(); row += rows) {
            int some = Math.min(rows, geometry.outHeight() - row);
            if (few) {
                addLanes(xAt, taps, dyAt, row, some, share);
            } else if (inPlace) {
                addTiles(x.array(), xAt + row * geometry.width(), taps, dyAt, row, some, share);
            } else {
                addTiles(layOut(xAt, count, row, some), 0, taps, dyAt, row, some, share);
            }
        }
    }

    private float[] layOut(int xAt, int count, int row, int some) {
        float[] laidOut = PLANES.floats(cutChannels * xSize + L);
        for (int c = 0; c < count; c++) {
            layout.copy(x.array(), xAt + c * geometry.plane(), row, some, 0, laidOut, c * xSize);
        }
        return laidOut;
    }

    private void addTiles(float[] xs, int xAt, int[] taps, int dyAt, int row, int some, int share) {
        int width = geometry.outWidth();
        float[] dys = GRADIENTS.floats(rows * width * line);
        Interleaving.lines(dy.array(), dyAt + row * width, geometry.outPlane(), 1, outChannels, some * width, dys, 0,
                line);
        for (int o = 0; o < line; o += 2 * L) {
            for (int k = 0; k < taps.length; k += 8) {
                int at = share + k * line + o;
                if (MANY_REGISTERS) {
                    ConvolutionTiles.gradient8x2(xs, xAt, layout.pitch(), taps, k, dys, o, line, some, width, shares,
                            at, line);
                } else {
                    ConvolutionTiles.gradient4x2(xs, xAt, layout.pitch(), taps, k, dys, o, line, some, width, shares,
                            at, line);
                    ConvolutionTiles.gradient4x2(xs, xAt, layout.pitch(), taps, k + 4, dys, o, line, some, width,
                            shares, at + 4 * line, line);
                }
            }
        }
    }

    private void addLanes(int xAt, int[] taps, int dyAt, int row, int some, int share) {
        int size = some * geometry.outWidth();
        float[] dys = GRADIENTS.floats(rows * geometry.outWidth() + L);
        float[] laidOut = PLANES.floats(xSize + L);
        for (int c = 0; c < channels; c++) {
            layout.copy(x.array(), xAt + c * geometry.plane(), row, some, 0, laidOut, 0);
            for (int o = 0; o < outChannels; o++) {
                System.arraycopy(dy.array(), dyAt + o * geometry.outPlane() + row * geometry.outWidth(), dys, 0, size);
                int at = share + (o * channels + c) * taps.length * line;
                for (int k = 0; k < taps.length; k += 4) {
                    dots(laidOut, taps, k, dys, some, at + k * line);
                }
            }
        }
    }

    private void dots(float[] xs, int[] taps, int k, float[] dys, int some, int at) {
        int width = geometry.outWidth(), whole = width - width % L, pitch = layout.pitch();
        for (int j = 0; j < whole; j += L) {
            ConvolutionTiles.dots4(xs, j, pitch, taps, k, dys, j, width, some, shares, at);
        }
        if (whole < width) {
            ConvolutionTiles.dots4(xs, whole, pitch, taps, k, dys, whole, width, some, width - whole, shares, at);
        }
    }

    /// Adds the shares of all blocks of images to the first one's, and takes the sum to dw.
    private void addShares(int group, int cut) {
        int sum = shareAt(0, group, cut);
        for (int block = 1; block < imageBlocks; block++) {
            SimdGather.add(shares, shareAt(block, group, cut), shares, sum, lines * line);
        }
        int count = Math.min(cutChannels, channels - cut * cutChannels), n = geometry.taps();
        for (int o = 0; o < outChannels; o++) {
            int at = dw.offset() + ((group * outChannels + o) * channels + cut * cutChannels) * n;
            for (int k = 0; k < count * n; k++) {
                dw.array()[at + k] = few ? sumOfLanes(sum + ((o * channels + k / n) * taps.length + k % n) * line)
                        : shares[sum + k * line + o];
            }
        }
    }

    private float sumOfLanes(int at) {
        float[] lanes = RowMath.lanes();
        System.arraycopy(shares, at, lanes, 0, L);
        return (float) RowMath.sum(lanes);
    }
}
