package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.PositionNormalizationKernel;
import norma.tornado.code.PositionNormalizationCode;
import norma.tornado.device.Kernel;

/// Normalization across channels.
record OffloadedPositionNormalization(Offload offload) implements PositionNormalizationKernel {
    /// Parts of a plane: neighbours that read neighbouring positions.
    private static final int PARTS = 32;

    private static final Kernel FORWARD = Kernel.of(PositionNormalizationCode::forward);
    private static final Kernel SHARES = Kernel.of(PositionNormalizationCode::shares);
    private static final Kernel BACKWARD = Kernel.of(PositionNormalizationCode::backward);

    @Override
    public void forward(Sizes s, Floats x, Floats gamma, Floats beta, float eps, Floats y, Floats statistics) {
        offload.launch(FORWARD, new float[] {eps}, s.images() * s.positions(), offload.at(x), offload.atOrNone(gamma),
                offload.atOrNone(beta), offload.at(y), offload.at(statistics), s.channels(), s.positions(),
                s.centered() ? 1 : 0);
    }

    @Override
    public void backward(Sizes s, Floats dyFloats, Floats xFloats, Floats gamma, Floats statisticsFloats, Floats dx,
            Floats dGamma, Floats dBeta) {
        int dy = offload.at(dyFloats), x = offload.at(xFloats), statistics = offload.at(statisticsFloats);
        boolean parameters = dGamma != null || dBeta != null;
        int parts = parameters ? Math.min(PARTS, s.positions()) : 0, all = s.images() * s.positions();
        int shares = offload.room(2 * s.images() * parts * s.channels());
        offload.launch(SHARES, s.images() * s.channels() * parts, dy, x, statistics, s.channels(), s.positions(),
                parts, shares);
        offload.launch(BACKWARD, all + (parameters ? s.channels() : 0), all, dy, x, offload.atOrNone(gamma), statistics,
                s.channels(), s.positions(), s.centered() ? 1 : 0, offload.at(dx), shares, s.images() * parts,
                offload.atOrNone(dGamma), offload.atOrNone(dBeta));
    }
}
