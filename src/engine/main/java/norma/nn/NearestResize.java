package norma.nn;

import norma.tensor.Indices;
import norma.tensor.Tensor;

/// Images in another size, each pixel from its nearest neighbour: position (i, j) of y (N, C, H, W) takes that of
/// (floor(i height / H), floor(j width / W)) of x (N, C, height, width).
public final class NearestResize {

    private NearestResize() {
    }

    /// x in another size.
    public static Tensor apply(Tensor x, int height, int width) {
        int planes = x.dim(0) * x.dim(1), oldHeight = x.dim(2), oldWidth = x.dim(3);
        if (oldHeight == height && oldWidth == width) {
            return x;
        }
        int[] from = new int[height * width];
        for (int i = 0; i < from.length; i++) {
            int row = i / width * oldHeight / height, column = i % width * oldWidth / width;
            from[i] = row * oldWidth + column;
        }
        Tensor positions = x.reshape(planes, oldHeight * oldWidth).transpose(0, 1);
        return positions.take(Indices.of(from, from.length), 0).transpose(0, 1)
                .reshape(x.dim(0), x.dim(1), height, width);
    }
}
