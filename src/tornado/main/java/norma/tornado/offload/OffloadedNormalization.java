package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.NormalizationKernel;
import norma.tornado.code.NormalizationCode;
import norma.tornado.code.SumsCode;
import norma.tornado.device.Kernel;

/// Normalization of rows.
record OffloadedNormalization(Offload offload) implements NormalizationKernel {
    private static final int CENTERED = 3;
    private static final int UNCENTERED = 1;

    private static final Kernel FORWARD = Kernel.of(NormalizationCode::forward);
    private static final Kernel SHARES = Kernel.of(NormalizationCode::shares);
    private static final Kernel BACKWARD = Kernel.of(NormalizationCode::backward);
    private static final Kernel SUMS = Kernel.of(SumsCode::ofParts);

    @Override
    public void centered(int rows, int columns, Floats x, Floats gamma, Floats beta, float eps, Floats y,
            Floats statistics) {
        int at = offload.at(statistics);
        new Moments(offload.at(x), true, rows, 1, 0, columns).leave(offload, eps, at, -1, at + 2, CENTERED);
        forward(CENTERED, rows, columns, x, gamma, beta, y, at);
    }

    @Override
    public void uncentered(int rows, int columns, Floats x, Floats gamma, Floats beta, float eps, Floats y,
            Floats statistics) {
        int at = offload.at(statistics);
        new Moments(offload.at(x), false, rows, 1, 0, columns).leave(offload, eps, -1, -1, at, UNCENTERED);
        forward(UNCENTERED, rows, columns, x, gamma, beta, y, at);
    }

    @Override
    public void centeredBackward(int rows, int columns, Floats dy, Floats x, Floats gamma, Floats statistics, Floats dx,
            Floats dGamma, Floats dBeta) {
        backward(CENTERED, rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
    }

    @Override
    public void uncenteredBackward(int rows, int columns, Floats dy, Floats x, Floats gamma, Floats statistics,
            Floats dx, Floats dGamma, Floats dBeta) {
        backward(UNCENTERED, rows, columns, dy, x, gamma, statistics, dx, dGamma, dBeta);
    }

    private void forward(int width, int rows, int columns, Floats x, Floats gamma, Floats beta, Floats y,
            int statistics) {
        offload.launch(FORWARD, rows * columns, offload.at(x), offload.atOrNone(gamma), offload.atOrNone(beta),
                statistics, width, columns, offload.at(y));
    }

    private void backward(int width, int rows, int columns, Floats dyFloats, Floats xFloats, Floats gammaOrNull,
            Floats statisticsFloats, Floats dx, Floats dGamma, Floats dBeta) {
        int dy = offload.at(dyFloats), x = offload.at(xFloats), gamma = offload.atOrNone(gammaOrNull);
        int statistics = offload.at(statisticsFloats);
        boolean parameters = dGamma != null || dBeta != null;
        int parts = Parts.ofRow(rows, columns), block = Parts.block(rows);
        int blocks = parameters ? Math.ceilDiv(rows, block) : 0;
        int ofRows = offload.room(2 * rows * parts), ofBlocks = offload.room(2 * blocks * columns);
        offload.launch(SHARES, rows * parts + blocks * columns, rows * parts, dy, x, gamma, statistics, width, rows,
                columns, parts, block, ofRows, ofBlocks);
        int means = ofRows;
        if (parts > 1) {
            means = offload.room(2 * rows);
            offload.launch(SUMS, 2 * rows, ofRows, parts, 2, means);
        }
        offload.launch(BACKWARD, rows * columns + (parameters ? columns : 0), rows * columns, dy, x, gamma, statistics,
                width, columns, means, offload.at(dx), ofBlocks, blocks, offload.atOrNone(dGamma),
                offload.atOrNone(dBeta));
    }
}
