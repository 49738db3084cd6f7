package norma.kernel.simd.convolution;

import java.util.stream.IntStream;
import norma.kernel.Window;

/// One axis of an image as [PlaneLayout] lays it out, so that neighbouring outputs of a tap read neighbouring floats.
///
/// With a stride s neighbouring outputs read every s-th input. So the inputs are dealt out to s phases: index i of phase p
/// holds input `i * stride + p - before`, or the padding if there is no such input.
///
/// @param taps of the window
/// @param stride inputs from one index to the next
/// @param phases how many phases the taps read
/// @param before inputs of padding in front
/// @param outputs indices at which a window may begin
/// @param reach the farthest index that a tap reads from there
/// @param passes the outputs, in sets that have their taps in common
record ConvolutionAxis(int taps, int stride, int phases, int before, int outputs, int reach, Pass[] passes) {

    /// Outputs `first, first + step, ...`, `count` of them; output j reads index `from + j + shifts[t]` of phase
    /// `phase[t]` for tap `taps[t]`.
    record Pass(int first, int step, int from, int count, int[] taps, int[] phase, int[] shifts) {
    }

    /// The axis of x, read for y: one pass with all taps.
    static ConvolutionAxis forward(Window w, int inputs) {
        int[] taps = IntStream.range(0, w.size()).toArray();
        int[] phase = IntStream.of(taps).map(t -> t * w.dilation() % w.stride()).toArray();
        int[] shifts = IntStream.of(taps).map(t -> t * w.dilation() / w.stride()).toArray();
        int outputs = w.outputs(inputs);
        Pass all = new Pass(0, 1, 0, outputs, taps, phase, shifts);
        int phases = Math.min(w.stride(), w.reach() + 1);
        return new ConvolutionAxis(w.size(), w.stride(), phases, w.padding(), outputs, w.reach() / w.stride(),
                new Pass[] {all});
    }

    /// The axis of dy, read for dx. Input h takes from output i through tap t if `h + padding = i * stride + t * dilation`:
    /// every s-th input is a pass, and all of them see the same taps.
    static ConvolutionAxis backward(Window w, int inputs) {
        int s = w.stride(), reach = w.reach() / s, least = w.padding() / s, outputs = 0;
        Pass[] passes = new Pass[s];
        for (int h = 0; h < s; h++) {
            int from = (h + w.padding()) / s - least, remainder = (h + w.padding()) % s;
            int count = Math.max(0, Math.ceilDiv(inputs - h, s));
            int[] taps = IntStream.range(0, w.size()).filter(t -> t * w.dilation() % s == remainder).toArray();
            int[] shifts = IntStream.of(taps).map(t -> reach - t * w.dilation() / s).toArray();
            passes[h] = new Pass(h, s, from, count, taps, new int[taps.length], shifts);
            outputs = Math.max(outputs, from + count);
        }
        return new ConvolutionAxis(w.size(), 1, 1, reach - least, outputs, reach, passes);
    }

    /// Whether an axis of `size` floats already lies as it should.
    boolean isPlain(int size) {
        return stride == 1 && before == 0 && outputs + reach == size;
    }
}
