package norma.kernel.contract;

/// How two operands walk while the result is written in row-major order: the stride of an operand is 0 along an axis on
/// which it is repeated. Adjacent axes that walk alike are merged, so most cases have one or two axes.
///
/// @param dims sizes of the result's axes, slowest first; at least one axis
/// @param aStrides stride of the first operand on each axis
/// @param bStrides stride of the second operand on each axis
public record Broadcast(int[] dims, int[] aStrides, int[] bStrides) {

    /// A stretch of the result along its last axis.
    public interface Stretch {
        /// Result elements y .. y + n - 1 come from the first operand at a and the second at b; all relative to offsets.
        void run(int a, int b, int y, int n);
    }

    /// Cuts elements [from, to) of the result into stretches along the last axis, in order.
    public void walk(int from, int to, Stretch stretch) {
        int last = dims.length - 1;
        int length = dims[last];
        for (int y = from; y < to;) {
            int column = y % length;
            int a = column * aStrides[last];
            int b = column * bStrides[last];
            for (int axis = last - 1, row = y / length; axis >= 0; row /= dims[axis--]) {
                int i = row % dims[axis];
                a += i * aStrides[axis];
                b += i * bStrides[axis];
            }
            int n = Math.min(length - column, to - y);
            stretch.run(a, b, y, n);
            y += n;
        }
    }
}
