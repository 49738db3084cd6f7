package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.PointwiseNormKernel;
import norma.tornado.code.PointwiseNormCode;
import norma.tornado.device.Kernel;

/// Curves in place of norms; the learned numbers stay on the device.
record OffloadedPointwiseNorm(Offload offload) implements PointwiseNormKernel {
    private static final Kernel FORWARD = Kernel.of(PointwiseNormCode::forward);
    private static final Kernel BACKWARD = Kernel.of(PointwiseNormCode::backward);
    private static final Kernel SUMS = Kernel.of(PointwiseNormCode::sums);
    private static final Kernel SCALARS = Kernel.of(PointwiseNormCode::scalars);

    @Override
    public void forward(Form form, Floats alpha, Floats shift, int rows, int columns, Floats x, Floats gamma,
            Floats beta, Floats y) {
        offload.launch(FORWARD, rows * columns, form.ordinal(), offload.at(alpha), offload.atOrNone(shift), columns,
                offload.at(x), offload.atOrNone(gamma), offload.atOrNone(beta), offload.at(y));
    }

    @Override
    public void backward(Form form, Floats alpha, Floats shift, int rows, int columns, Floats dy, Floats x,
            Floats gamma, Floats dx, Floats dAlpha, Floats dShift, Floats dGamma, Floats dBeta) {
        int block = Parts.block(rows), blocks = Math.ceilDiv(rows, block);
        int shares = offload.room(4 * blocks * columns), sums = offload.room(2 * columns);
        offload.launch(BACKWARD, blocks * columns, form.ordinal(), offload.at(alpha), offload.atOrNone(shift), columns,
                rows, block, offload.at(dy), offload.at(x), offload.atOrNone(gamma), offload.at(dx), shares);
        offload.launch(SUMS, 4 * columns, shares, blocks, columns, offload.atOrNone(dGamma), offload.atOrNone(dBeta),
                sums);
        offload.launch(SCALARS, 2, sums, columns, offload.atOrNone(dAlpha), offload.atOrNone(dShift));
    }
}
