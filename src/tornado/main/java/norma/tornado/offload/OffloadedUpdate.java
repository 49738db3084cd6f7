package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.tornado.code.UpdateCode;
import norma.tornado.device.Kernel;

/// Steps of optimizers.
record OffloadedUpdate(Offload offload) implements UpdateKernel {
    private static final Kernel ADAM_W = Kernel.of(UpdateCode::adamW);

    @Override
    public void adamW(AdamW step, Floats w, Floats gradient, Floats m, Floats v) {
        float[] f = {step.correctedRate(), step.b1(), step.b2(), step.eps(), step.rate() * step.decay(),
                step.gradientScale(), step.correction()};
        offload.launch(ADAM_W, f, w.length(), offload.at(w), offload.at(gradient), offload.at(m), offload.at(v));
    }
}
