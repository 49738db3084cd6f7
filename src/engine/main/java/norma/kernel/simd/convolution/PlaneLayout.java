package norma.kernel.simd.convolution;

import java.util.Arrays;
import norma.kernel.WindowGeometry;

/// How a part of a plane lies in working memory: with its padding, and each phase of its two axes in a run of its own (see
/// [ConvolutionAxis]). There a tap of a window is a fixed distance from where the window begins.
///
/// @param vertical its rows
/// @param horizontal its columns
/// @param height rows of the plane it is copied from
/// @param width columns of that plane
/// @param rows indices of the vertical axis at which windows of this part begin
record PlaneLayout(ConvolutionAxis vertical, ConvolutionAxis horizontal, int height, int width, int rows) {

    static PlaneLayout forward(WindowGeometry z, int rows) {
        return new PlaneLayout(ConvolutionAxis.forward(z.vertical(), z.height()),
                ConvolutionAxis.forward(z.horizontal(), z.width()),
                z.height(),
                z.width(), rows);
    }

    static PlaneLayout backward(WindowGeometry z, int rows) {
        return new PlaneLayout(ConvolutionAxis.backward(z.vertical(), z.height()),
                ConvolutionAxis.backward(z.horizontal(), z.width()),
                z.outHeight(), z.outWidth(), rows);
    }

    PlaneLayout ofRows(int count) {
        return new PlaneLayout(vertical, horizontal, height, width, count);
    }

    /// Floats from one row to the next.
    int pitch() {
        return horizontal.outputs() + horizontal.reach();
    }

    /// Floats of the part of a plane.
    int size() {
        return rowSize() * phaseRows();
    }

    /// Floats of a row of every phase: what one row of windows more takes.
    private int rowSize() {
        return vertical.phases() * horizontal.phases() * pitch();
    }

    /// Rows of windows for which `floats` are enough; none or less if there are too few for one.
    int rowsIn(int floats) {
        return floats / rowSize() - vertical.reach();
    }

    private int phaseRows() {
        return rows + vertical.reach();
    }

    /// Whether the plane itself lies like this: no stride, no padding.
    boolean isPlain() {
        return vertical.isPlain(height) && horizontal.isPlain(width);
    }

    /// Which tap of the window each tap of a pass is.
    int[] numbers(ConvolutionAxis.Pass down, ConvolutionAxis.Pass across) {
        int n = across.taps().length;
        int[] numbers = new int[down.taps().length * n];
        Arrays.setAll(numbers, k -> down.taps()[k / n] * horizontal.taps() + across.taps()[k % n]);
        return numbers;
    }

    /// How far each tap of a pass lies from where the window begins.
    int[] offsets(ConvolutionAxis.Pass down, ConvolutionAxis.Pass across) {
        int n = across.taps().length;
        int[] offsets = new int[down.taps().length * n];
        Arrays.setAll(offsets, k -> offset(down, k / n, across, k % n));
        return offsets;
    }

    private int offset(ConvolutionAxis.Pass down, int s, ConvolutionAxis.Pass across, int t) {
        int phase = down.phase()[s] * horizontal.phases() + across.phase()[t];
        return (phase * phaseRows() + down.shifts()[s]) * pitch() + across.shifts()[t];
    }

    /// Copies what windows that begin in `[row, row + count)` see.
    void copy(float[] x, int at, int row, int count, float padding, float[] to, int toAt) {
        for (int p = 0; p < vertical.phases(); p++) {
            for (int q = 0; q < horizontal.phases(); q++) {
                int phase = p * horizontal.phases() + q;
                copyPhase(x, at, row * vertical.stride() + p - vertical.before(), q - horizontal.before(),
                        count + vertical.reach(), padding, to, toAt + phase * phaseRows() * pitch());
            }
        }
    }

    /// `count` rows of one phase, the first element of which would be at `(row, column)` of the plane.
    private void copyPhase(float[] x, int at, int row, int column, int count, float padding, float[] to, int toAt) {
        int down = vertical.stride(), across = horizontal.stride(), pitch = pitch();
        int top = Math.clamp(Math.ceilDiv(-row, down), 0, count);
        int bottom = Math.clamp(Math.ceilDiv(height - row, down), top, count);
        int left = Math.clamp(Math.ceilDiv(-column, across), 0, pitch);
        int right = Math.clamp(Math.ceilDiv(width - column, across), left, pitch);
        Arrays.fill(to, toAt, toAt + top * pitch, padding);
        Arrays.fill(to, toAt + bottom * pitch, toAt + count * pitch, padding);
        for (int i = top; i < bottom && right - left < pitch; i++) {
            Arrays.fill(to, toAt + i * pitch, toAt + i * pitch + left, padding);
            Arrays.fill(to, toAt + i * pitch + right, toAt + (i + 1) * pitch, padding);
        }
        StridedCopy.gather(x, at + (row + top * down) * width + column + left * across, down * width, across, to,
                toAt + top * pitch + left, pitch, bottom - top, right - left);
    }
}
