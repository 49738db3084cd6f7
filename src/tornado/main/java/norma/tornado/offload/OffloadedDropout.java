package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.DropoutKernel;
import norma.tornado.code.DropoutCode;
import norma.tornado.device.Kernel;

/// Dropout of the same elements as everywhere.
record OffloadedDropout(Offload offload) implements DropoutKernel {
    private static final Kernel DROPOUT = Kernel.of(DropoutCode::dropout);

    @Override
    public void dropout(Floats x, float keep, long key, Floats y) {
        offload.launch(DROPOUT, new float[] {1 / keep}, y.length(), offload.at(x), offload.at(y),
                DropoutKernel.first(key), DropoutKernel.second(key), DropoutKernel.bound(keep));
    }
}
