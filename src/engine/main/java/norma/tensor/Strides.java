package norma.tensor;

import norma.kernel.contract.Broadcast;

/// Merges adjacent axes that are walked alike, so that kernels see as few axes as possible.
final class Strides {

    private Strides() {
    }

    /// How a and b are walked to write `shape` densely.
    static Broadcast broadcast(Shape shape, Shape a, Shape b) {
        int[] as = a.stridesIn(shape);
        int[] bs = b.stridesIn(shape);
        int[] dims = new int[Math.max(1, shape.rank())];
        int[] aStrides = new int[dims.length];
        int[] bStrides = new int[dims.length];
        int n = 0;
        for (int i = shape.rank() - 1; i >= 0; i--) {
            int dim = shape.dim(i);
            if (dim == 1) {
                continue;
            }
            int last = dims.length - n;
            if (n > 0 && as[i] == dims[last] * aStrides[last] && bs[i] == dims[last] * bStrides[last]) {
                dims[last] *= dim;
            } else {
                n++;
                dims[last - 1] = dim;
                aStrides[last - 1] = as[i];
                bStrides[last - 1] = bs[i];
            }
        }
        if (n == 0) {
            return new Broadcast(new int[] {shape.size()}, new int[] {1}, new int[] {1});
        }
        return new Broadcast(tail(dims, n), tail(aStrides, n), tail(bStrides, n));
    }

    private static int[] tail(int[] values, int n) {
        return java.util.Arrays.copyOfRange(values, values.length - n, values.length);
    }
}
