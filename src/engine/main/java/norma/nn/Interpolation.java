package norma.nn;

import norma.tensor.Indices;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// How [Upsample] finds a pixel between others; what follows is about one axis, from H pixels to H'.
public enum Interpolation {
    /// The pixel that the place lies in: floor(i H / H').
    NEAREST {
        @Override
        Tensor resize(Tensor pixels, int outer, int size, int inner, int to) {
            int[] from = new int[to];
            for (int i = 0; i < to; i++) {
                from[i] = (int) ((long) i * size / to);
            }
            return taken(pixels, outer, size, inner, from);
        }
    },
    /// The two around it, weighted by how near they are: the centre of pixel i lies at (i + 1/2) H / H' - 1/2, and there is
    /// nothing beyond the outermost centres. In an image that makes four.
    BILINEAR {
        @Override
        Tensor resize(Tensor pixels, int outer, int size, int inner, int to) {
            int[] lower = new int[to], upper = new int[to];
            float[] shares = new float[to];
            for (int i = 0; i < to; i++) {
                double at = Math.clamp((i + 0.5) * size / to - 0.5, 0, size - 1);
                lower[i] = (int) at;
                upper[i] = Math.min(lower[i] + 1, size - 1);
                shares[i] = (float) (at - lower[i]);
            }
            Shape parts = Shape.of(outer, to, inner * pixels.dim(1));
            Tensor share = Tensor.adopt(Shape.of(to, 1), shares);
            return taken(pixels, outer, size, inner, lower).reshape(parts).multiply(share.negate().add(1))
                    .add(taken(pixels, outer, size, inner, upper).reshape(parts).multiply(share))
                    .reshape(outer * to * inner, pixels.dim(1));
        }
    };

    /// Pixels (outer, H, inner) with H' = `to` instead of H; one a row of a matrix, whose columns are planes.
    abstract Tensor resize(Tensor pixels, int outer, int size, int inner, int to);

    /// Pixels (outer, from, inner).
    private static Tensor taken(Tensor pixels, int outer, int size, int inner, int[] from) {
        int[] rows = new int[outer * from.length * inner];
        for (int r = 0; r < rows.length; r++) {
            int i = r / inner % from.length, block = r / inner / from.length;
            rows[r] = (block * size + from[i]) * inner + r % inner;
        }
        return pixels.take(Indices.of(rows, rows.length), 0);
    }
}
