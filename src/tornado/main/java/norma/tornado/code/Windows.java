package norma.tornado.code;

/// Windows that slide over planes: `m[1] ... m[12]` hold the geometry.
///
/// `m`: height and width of the inputs, of the outputs, of the window; then stride, padding and dilation, each down and across.
final class Windows {
    private static final int HEIGHT = 1, WIDTH = 2, OUT_HEIGHT = 3, OUT_WIDTH = 4, DOWN = 5, ACROSS = 6;
    private static final int STRIDE_DOWN = 7, STRIDE_ACROSS = 8, PADDING_DOWN = 9, PADDING_ACROSS = 10;
    private static final int DILATION_DOWN = 11, DILATION_ACROSS = 12;

    private Windows() {
    }

    static int plane(int[] m) {
        return m[HEIGHT] * m[WIDTH];
    }

    static int outPlane(int[] m) {
        return m[OUT_HEIGHT] * m[OUT_WIDTH];
    }

    static int taps(int[] m) {
        return m[DOWN] * m[ACROSS];
    }

    static int outHeight(int[] m) {
        return m[OUT_HEIGHT];
    }

    static int outWidth(int[] m) {
        return m[OUT_WIDTH];
    }

    /// The input of a plane that a tap of an output sees; -1 if it is padding.
    static int input(int[] m, int output, int tap) {
        return input(m, output / m[OUT_WIDTH], output % m[OUT_WIDTH], tap);
    }

    /// The same for the output in row i and column j.
    static int input(int[] m, int i, int j, int tap) {
        int y = i * m[STRIDE_DOWN] - m[PADDING_DOWN] + tap / m[ACROSS] * m[DILATION_DOWN];
        int x = j * m[STRIDE_ACROSS] - m[PADDING_ACROSS] + tap % m[ACROSS] * m[DILATION_ACROSS];
        return y < 0 || y >= m[HEIGHT] || x < 0 || x >= m[WIDTH] ? -1 : y * m[WIDTH] + x;
    }

    /// The output of a plane whose tap sees an input; -1 if there is none.
    static int output(int[] m, int input, int tap) {
        int i = output(input / m[WIDTH] + m[PADDING_DOWN] - tap / m[ACROSS] * m[DILATION_DOWN], m[STRIDE_DOWN],
                m[OUT_HEIGHT]);
        int j = output(input % m[WIDTH] + m[PADDING_ACROSS] - tap % m[ACROSS] * m[DILATION_ACROSS], m[STRIDE_ACROSS],
                m[OUT_WIDTH]);
        return i < 0 || j < 0 ? -1 : i * m[OUT_WIDTH] + j;
    }

    private static int output(int first, int stride, int outputs) {
        return first < 0 || first % stride != 0 || first / stride >= outputs ? -1 : first / stride;
    }

    /// How many taps of an output lie inside its plane, or inside the plane and its padding.
    static int count(int[] m, int output, int countPadding) {
        int down = countPadding * m[PADDING_DOWN], across = countPadding * m[PADDING_ACROSS];
        return taps(output / m[OUT_WIDTH] * m[STRIDE_DOWN] - m[PADDING_DOWN], -down, m[HEIGHT] + down, m[DOWN],
                m[DILATION_DOWN])
                * taps(output % m[OUT_WIDTH] * m[STRIDE_ACROSS] - m[PADDING_ACROSS], -across, m[WIDTH] + across,
                        m[ACROSS], m[DILATION_ACROSS]);
    }

    /// How many of the places first, first + dilation ... of `size` taps lie in [from, to).
    private static int taps(int first, int from, int to, int size, int dilation) {
        int before = (Math.max(from - first, 0) + dilation - 1) / dilation;
        int until = (Math.max(to - first, 0) + dilation - 1) / dilation;
        return Math.min(until, size) - Math.min(before, size);
    }
}
