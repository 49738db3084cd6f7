package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.RotaryKernel;
import norma.tornado.code.RotaryCode;
import norma.tornado.device.Kernel;

/// Rotary position embedding.
record OffloadedRotary(Offload offload) implements RotaryKernel {
    private static final Kernel ROTATE_PAIRS = Kernel.of(RotaryCode::rotatePairs);

    @Override
    public void rotate(int batch, int time, int heads, int size, boolean neighbours, Floats x, Floats cos, Floats sin,
            boolean back, Floats y) {
        offload.launch(ROTATE_PAIRS, new float[] {back ? -1 : 1}, batch * time * heads * (size / 2), time, heads, size,
                neighbours ? 1 : 0, offload.at(x), offload.at(cos), offload.at(sin), offload.at(y));
    }
}
