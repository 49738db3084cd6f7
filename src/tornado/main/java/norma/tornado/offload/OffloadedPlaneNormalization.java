package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.Planes;
import norma.kernel.contract.PlaneNormalizationKernel;
import norma.tornado.code.PlaneNormalizationCode;
import norma.tornado.device.Kernel;

/// Normalization by channel.
record OffloadedPlaneNormalization(Offload offload) implements PlaneNormalizationKernel {
    private static final Kernel SCALES = Kernel.of(PlaneNormalizationCode::scales);
    private static final Kernel FORWARD = Kernel.of(PlaneNormalizationCode::forward);
    private static final Kernel SHARES = Kernel.of(PlaneNormalizationCode::shares);
    private static final Kernel MEANS = Kernel.of(PlaneNormalizationCode::means);
    private static final Kernel BACKWARD = Kernel.of(PlaneNormalizationCode::backward);

    @Override
    public void moments(Planes p, Floats x, Floats statistics) {
        moments(p, x, 0, statistics, -1);
    }

    @Override
    public void forward(Planes p, Floats x, Floats gamma, Floats beta, float eps, Floats y, Floats statistics) {
        int scales = offload.room(p.statistics());
        moments(p, x, eps, statistics, scales);
        normalize(p, x, statistics, scales, gamma, beta, y);
    }

    @Override
    public void normalize(Planes p, Floats x, Floats statistics, Floats gamma, Floats beta, float eps, Floats y) {
        int scales = offload.room(p.statistics());
        offload.launch(SCALES, new float[] {eps}, p.statistics(), offload.at(statistics), scales);
        normalize(p, x, statistics, scales, gamma, beta, y);
    }

    @Override
    public void backward(Planes p, Floats dy, Floats x, Floats statistics, boolean constant, Floats gamma, float eps,
            Floats dx, Floats dGamma, Floats dBeta) {
        int cells = p.statistics() * p.width(), examples = examples(p);
        Parts parts = Parts.of(cells, examples, p.inner());
        int shares = offload.room(2 * cells * parts.count()), means = offload.room(3 * p.statistics());
        float[] floats = {eps};
        offload.launch(SHARES, floats, cells * parts.count(), offload.at(dy), offload.at(x), offload.at(statistics),
                cells, p.width(), examples, p.channels() * p.inner(), p.inner(), parts.outer(), parts.inner(), shares);
        offload.launch(MEANS, floats, p.statistics() + p.channels(), shares, parts.count(), p.statistics(), p.width(),
                p.channels(), cells / p.channels(), p.count(), constant ? 1 : 0, offload.atOrNone(gamma),
                offload.at(statistics), means, offload.atOrNone(dGamma), offload.atOrNone(dBeta));
        offload.launch(BACKWARD, elements(p), offload.at(dy), offload.at(x), offload.at(statistics), means,
                offload.atOrNone(gamma), offload.at(dx), p.inner(), p.channels(), p.run(), p.statistics());
    }

    private void moments(Planes p, Floats x, float eps, Floats statistics, int scales) {
        int at = offload.at(statistics);
        new Moments(offload.at(x), true, p.statistics(), examples(p), p.channels() * p.inner(), p.run())
                .leave(offload, eps, at, at + 2, scales, 1);
    }

    private void normalize(Planes p, Floats x, Floats statistics, int scales, Floats gamma, Floats beta, Floats y) {
        offload.launch(FORWARD, elements(p), offload.at(x), offload.at(statistics), scales, offload.atOrNone(gamma),
                offload.atOrNone(beta), offload.at(y), p.inner(), p.channels(), p.run(), p.statistics());
    }

    /// Examples that share a statistic.
    private static int examples(Planes p) {
        return p.acrossBatch() ? p.batch() : 1;
    }

    private static int elements(Planes p) {
        return p.batch() * p.channels() * p.inner();
    }
}
