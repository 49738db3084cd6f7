package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.SoftmaxKernel;
import norma.tornado.code.SoftmaxCode;
import norma.tornado.code.SumsCode;
import norma.tornado.device.Kernel;

/// Softmax.
record OffloadedSoftmax(Offload offload) implements SoftmaxKernel {
    private static final Kernel PARTS = Kernel.of(SoftmaxCode::parts);
    private static final Kernel MERGE = Kernel.of(SoftmaxCode::merge);
    private static final Kernel FORWARD = Kernel.of(SoftmaxCode::forward);
    private static final Kernel PRODUCTS = Kernel.of(SoftmaxCode::products);
    private static final Kernel BACKWARD = Kernel.of(SoftmaxCode::backward);
    private static final Kernel SUMS = Kernel.of(SumsCode::ofParts);

    @Override
    public void softmax(int rows, int columns, Floats x, Floats y) {
        int parts = Parts.ofRow(rows, columns), ofParts = offload.room(2 * rows * parts), ofRows = ofParts;
        if (columns == 0) {
            return;
        }
        offload.launch(PARTS, rows * parts, offload.at(x), columns, parts, ofParts);
        if (parts > 1) {
            ofRows = offload.room(2 * rows);
            offload.launch(MERGE, rows, ofParts, parts, ofRows);
        }
        offload.launch(FORWARD, rows * columns, offload.at(x), columns, ofRows, offload.at(y));
    }

    @Override
    public void softmaxBackward(int rows, int columns, Floats y, Floats dy, Floats dx) {
        int parts = Parts.ofRow(rows, columns), ofParts = offload.room(rows * parts), sums = ofParts;
        offload.launch(PRODUCTS, rows * parts, offload.at(y), offload.at(dy), columns, parts, ofParts);
        if (parts > 1) {
            sums = offload.room(rows);
            offload.launch(SUMS, rows, ofParts, parts, 1, sums);
        }
        offload.launch(BACKWARD, rows * columns, offload.at(y), offload.at(dy), columns, sums, offload.at(dx));
    }
}
