package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.ConvolutionKernel.Sizes;
import norma.kernel.contract.MatmulKernel.Epilogue;
import norma.parallel.Workers;

/// The reference of [ConvolutionKernel]: for some rows of outputs of one image, and one group, the matrix of patches is written
/// out, and the rest is a matrix product.
final class ConvolutionLoops {
    /// Floats of a matrix of patches: 1 MB, unless a single row of outputs needs more.
    private static final int PATCH_FLOATS = 1 << 18;

    private static final Scratch PATCHES = new Scratch();

    private ConvolutionLoops() {
    }

    static void forward(Sizes s, Floats x, Floats w, Floats bias, Floats y) {
        MatmulKernel matmul = Kernels.REFERENCE.matmul();
        forEachImage(s, (image, group) -> {
            Floats mine = group(y, s.groupOutChannels() * s.geometry().outPlane(), image * s.groups() + group);
            begin(mine, bias, group * s.groupOutChannels(), s.geometry().outPlane());
            forEachBlock(s, (row, rows) -> {
                Floats patches = patches(s, rows);
                copyPatches(s, x, image, group, row, rows, patches);
                matmul.multiply(weights(s, w, group), matrix(s, patches, rows), outputs(s, mine, row, rows),
                        Epilogue.ACCUMULATE);
            });
        });
    }

    static void inputGradient(Sizes s, Floats dy, Floats w, Floats dx) {
        MatmulKernel matmul = Kernels.REFERENCE.matmul();
        dx.fill(0);
        forEachImage(s, (image, group) -> {
            Floats mine = group(dy, s.groupOutChannels() * s.geometry().outPlane(), image * s.groups() + group);
            forEachBlock(s, (row, rows) -> {
                Floats patches = patches(s, rows);
                matmul.multiply(weights(s, w, group).transpose(), outputs(s, mine, row, rows),
                        matrix(s, patches, rows), Epilogue.NONE);
                addPatches(s, patches, image, group, row, rows, dx);
            });
        });
    }

    static void weightGradient(Sizes s, Floats x, Floats dy, Floats dw) {
        MatmulKernel matmul = Kernels.REFERENCE.matmul();
        dw.fill(0);
        Workers.split(s.groups(), 1, (from, to) -> {
            for (int g = from; g < to; g++) {
                int group = g;
                for (int n = 0; n < s.batch(); n++) {
                    int image = n;
                    Floats mine = group(dy, s.groupOutChannels() * s.geometry().outPlane(), n * s.groups() + g);
                    forEachBlock(s, (row, rows) -> {
                        Floats patches = patches(s, rows);
                        copyPatches(s, x, image, group, row, rows, patches);
                        matmul.multiply(outputs(s, mine, row, rows), matrix(s, patches, rows).transpose(),
                                weights(s, dw, group), Epilogue.ACCUMULATE);
                    });
                }
            }
        });
    }

    /// What is done for one image and one group, or for some rows of outputs.
    private interface Part {
        void run(int first, int second);
    }

    private static void forEachImage(Sizes s, Part part) {
        Workers.split(s.batch() * s.groups(), 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                part.run(i / s.groups(), i % s.groups());
            }
        });
    }

    private static void forEachBlock(Sizes s, Part part) {
        int height = s.geometry().outHeight();
        int most = Math.max(1, PATCH_FLOATS / Math.max(1, s.depth() * s.geometry().outWidth()));
        for (int row = 0; row < height; row += most) {
            part.run(row, Math.min(most, height - row));
        }
    }

    private static void begin(Floats y, Floats bias, int first, int plane) {
        for (int i = 0; i < y.length(); i += plane) {
            y.slice(i, plane).fill(bias == null ? 0 : bias.get(first + i / plane));
        }
    }

    private static Floats group(Floats x, int size, int index) {
        return x.slice(index * size, size);
    }

    private static Floats patches(Sizes s, int rows) {
        int size = s.depth() * rows * s.geometry().outWidth();
        return new Floats(PATCHES.floats(size), 0, size);
    }

    private static Matrix weights(Sizes s, Floats w, int group) {
        return Matrix.of(group(w, s.groupOutChannels() * s.depth(), group), s.groupOutChannels(), s.depth());
    }

    private static Matrix matrix(Sizes s, Floats patches, int rows) {
        return Matrix.of(patches, s.depth(), rows * s.geometry().outWidth());
    }

    private static Matrix outputs(Sizes s, Floats y, int row, int rows) {
        int at = row * s.geometry().outWidth(), plane = s.geometry().outPlane();
        return new Matrix(y.slice(Math.min(at, y.length()), y.length() - Math.min(at, y.length())), 1,
                s.groupOutChannels(), rows * s.geometry().outWidth(), 0, plane, 1);
    }

    private static void copyPatches(Sizes s, Floats x, int image, int group, int row, int rows, Floats patches) {
        WindowGeometry z = s.geometry();
        int plane = x.offset() + (image * s.channels() + group * s.groupChannels()) * z.plane();
        for (int k = 0; k < s.depth(); k++) {
            int v = k % z.taps() / z.horizontal().size(), h = k % z.horizontal().size();
            int from = z.horizontal().first(h, z.width()), to = z.horizontal().end(h, z.width());
            for (int i = 0; i < rows; i++) {
                int at = patches.offset() + (k * rows + i) * z.outWidth();
                int in = z.vertical().input(row + i, v);
                if (in < 0 || in >= z.height()) {
                    Arrays.fill(patches.array(), at, at + z.outWidth(), 0);
                } else {
                    Arrays.fill(patches.array(), at, at + from, 0);
                    Arrays.fill(patches.array(), at + to, at + z.outWidth(), 0);
                    copyRow(x.array(), plane + k / z.taps() * z.plane() + in * z.width() + z.horizontal().input(0, h),
                            z.horizontal().stride(), patches.array(), at, from, to);
                }
            }
        }
    }

    private static void copyRow(float[] x, int x0, int stride, float[] y, int y0, int from, int to) {
        for (int j = from; j < to; j++) {
            y[y0 + j] = x[x0 + j * stride];
        }
    }

    private static void addPatches(Sizes s, Floats patches, int image, int group, int row, int rows, Floats dx) {
        WindowGeometry z = s.geometry();
        int plane = dx.offset() + (image * s.channels() + group * s.groupChannels()) * z.plane();
        for (int k = 0; k < s.depth(); k++) {
            int v = k % z.taps() / z.horizontal().size(), h = k % z.horizontal().size();
            int from = z.horizontal().first(h, z.width()), to = z.horizontal().end(h, z.width());
            for (int i = 0; i < rows; i++) {
                int in = z.vertical().input(row + i, v);
                if (in >= 0 && in < z.height()) {
                    addRow(patches.array(), patches.offset() + (k * rows + i) * z.outWidth(), dx.array(),
                            plane + k / z.taps() * z.plane() + in * z.width() + z.horizontal().input(0, h),
                            z.horizontal().stride(), from, to);
                }
            }
        }
    }

    private static void addRow(float[] x, int x0, float[] y, int y0, int stride, int from, int to) {
        for (int j = from; j < to; j++) {
            y[y0 + j * stride] += x[x0 + j];
        }
    }
}
