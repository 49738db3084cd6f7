package norma.tornado.offload;

import java.util.Arrays;
import norma.kernel.Floats;
import norma.kernel.contract.CrossEntropyKernel;
import norma.tornado.code.CrossEntropyCode;
import norma.tornado.device.Kernel;

/// Softmax and cross entropy in one.
record OffloadedCrossEntropy(Offload offload) implements CrossEntropyKernel {
    private static final Kernel PARTS = Kernel.of(CrossEntropyCode::parts);
    private static final Kernel LOSSES = Kernel.of(CrossEntropyCode::losses);
    private static final Kernel GRADIENT = Kernel.of(CrossEntropyCode::gradient);
    private static final Kernel SUMS = Kernel.of(CrossEntropyCode::sums);
    private static final Kernel MEAN = Kernel.of(CrossEntropyCode::mean);

    @Override
    public void crossEntropy(int rows, int classes, Floats logits, int[] targets, int ignore, float smoothing,
            Floats losses, float scale, Floats dLogits) {
        int x = offload.at(logits), parts = Parts.ofRow(rows, classes);
        int ofParts = offload.room(3 * rows * parts), ofRows = offload.room(2 * rows);
        int classOfRow = offload.numbers(Arrays.stream(targets, 0, rows).map(t -> t == ignore ? -1 : t).toArray());
        offload.launch(PARTS, rows * parts, x, classes, parts, smoothing == 0 ? 0 : 1, ofParts);
        offload.launch(LOSSES, new float[] {smoothing}, rows, x, classes, parts, ofParts, classOfRow,
                offload.at(losses), ofRows);
        if (dLogits != null) {
            float[] floats = {scale, smoothing / classes, 1 - smoothing};
            offload.launch(GRADIENT, floats, rows * classes, x, classes, classOfRow, ofRows, offload.at(dLogits));
        }
    }

    @Override
    public void mean(Floats losses, int count, Floats loss) {
        int n = losses.length(), parts = Parts.ofRow(1, n), x = offload.at(losses);
        if (parts > 1) {
            int sums = offload.room(parts);
            offload.launch(SUMS, parts, x, n, sums);
            x = sums;
            n = parts;
        }
        offload.launch(MEAN, 1, x, n, count, offload.at(loss));
    }
}
