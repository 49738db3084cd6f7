package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.tornado.code.UpdateCode;
import norma.tornado.device.Kernel;

/// Steps of optimizers.
record OffloadedUpdate(Offload offload) implements UpdateKernel {
    private static final Kernel ADAM_W = Kernel.of(UpdateCode::adamW);
    private static final Kernel SGD = Kernel.of(UpdateCode::sgd);
    private static final Kernel RMS_PROP = Kernel.of(UpdateCode::rmsProp);
    private static final Kernel ADAGRAD = Kernel.of(UpdateCode::adagrad);
    private static final Kernel LION = Kernel.of(UpdateCode::lion);

    @Override
    public void adamW(AdamW step, Floats w, Floats gradient, Floats m, Floats v) {
        float[] f = {step.correctedRate(), step.b1(), step.b2(), step.eps(), step.rate() * step.decay(),
                step.gradientScale(), step.correction()};
        offload.launch(ADAM_W, f, w.length(), offload.at(w), offload.at(gradient), offload.at(m), offload.at(v));
    }

    @Override
    public void sgd(Sgd step, Floats w, Floats gradient, Floats velocity) {
        float[] f = {step.rate(), step.momentum(), step.rate() * step.decay(), step.gradientScale()};
        offload.launch(SGD, f, w.length(), offload.at(w), offload.at(gradient), offload.atOrNone(velocity),
                step.nesterov() ? 1 : 0);
    }

    @Override
    public void rmsProp(RmsProp step, Floats w, Floats gradient, Floats v, Floats mean, Floats velocity) {
        float[] f = {step.rate(), step.smoothing(), step.eps(), step.momentum(), step.gradientScale()};
        offload.launch(RMS_PROP, f, w.length(), offload.at(w), offload.at(gradient), offload.at(v),
                offload.atOrNone(mean), offload.atOrNone(velocity));
    }

    @Override
    public void adagrad(Adagrad step, Floats w, Floats gradient, Floats v) {
        float[] f = {step.rate(), step.eps(), step.gradientScale()};
        offload.launch(ADAGRAD, f, w.length(), offload.at(w), offload.at(gradient), offload.at(v));
    }

    @Override
    public void lion(Lion step, Floats w, Floats gradient, Floats m) {
        float[] f = {step.rate(), step.b1(), step.b2(), step.rate() * step.decay(), step.gradientScale()};
        offload.launch(LION, f, w.length(), offload.at(w), offload.at(gradient), offload.at(m));
    }
}
