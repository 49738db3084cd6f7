package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.contract.ConvolutionKernel;
import norma.tornado.code.ConvolutionCode;
import norma.tornado.device.Kernel;

/// Convolution of images, without the matrix of patches.
record OffloadedConvolution(Offload offload) implements ConvolutionKernel {
    private static final Kernel FORWARD = Kernel.of(ConvolutionCode::forward);
    private static final Kernel INPUT_GRADIENT = Kernel.of(ConvolutionCode::inputGradient);
    private static final Kernel WEIGHT_GRADIENT = Kernel.of(ConvolutionCode::weightGradient);
    private static final Kernel ADD_PARTS = Kernel.of(ConvolutionCode::addParts);

    /// Iterations that keep the device busy: so many parts of sums are computed side by side.
    private static final int BUSY = 1 << 16;
    /// Outputs that a part should have, and floats that all parts may take.
    private static final int SHORTEST_PART = 16;
    private static final int PARTS_FLOATS = 1 << 22;

    @Override
    public void forward(Sizes s, Floats x, Floats w, Floats bias, Floats y) {
        ConvolutionKernel.check(s, x, w, y);
        int places = s.batch() * s.geometry().outPlane();
        offload.launch(FORWARD, s.groups() * fours(s.groupOutChannels()) * fours(places),
                numbers(s, offload.at(x), offload.at(w), offload.at(y), offload.atOrNone(bias)));
    }

    @Override
    public void inputGradient(Sizes s, Floats dy, Floats w, Floats dx) {
        ConvolutionKernel.check(s, dx, w, dy);
        int places = s.batch() * s.geometry().plane();
        offload.launch(INPUT_GRADIENT, s.groups() * fours(s.groupChannels()) * fours(places),
                numbers(s, offload.at(dx), offload.at(w), offload.at(dy)));
    }

    @Override
    public void weightGradient(Sizes s, Floats x, Floats dy, Floats dw) {
        ConvolutionKernel.check(s, x, dw, dy);
        if (dw.length() == 0) {
            return;
        }
        int blocks = s.groups() * fours(s.groupOutChannels()) * fours(s.groupChannels()) * s.geometry().taps();
        int places = s.batch() * s.geometry().outPlane();
        int most = Math.min(places / SHORTEST_PART, PARTS_FLOATS / dw.length());
        int parts = Math.max(1, Math.min(most, Math.ceilDiv(BUSY, blocks)));
        int sums = parts == 1 ? offload.at(dw) : offload.room(parts * dw.length());
        offload.launch(WEIGHT_GRADIENT, blocks * parts, numbers(s, offload.at(x), sums, offload.at(dy), parts));
        if (parts > 1) {
            offload.launch(ADD_PARTS, dw.length(), sums, parts, offload.at(dw));
        }
    }

    private static int fours(int count) {
        return Math.ceilDiv(count, 4);
    }

    private static int[] numbers(Sizes s, int... others) {
        int[] all = new int[others.length + 4];
        all[0] = s.batch();
        all[1] = s.groups();
        all[2] = s.groupChannels();
        all[3] = s.groupOutChannels();
        System.arraycopy(others, 0, all, 4, others.length);
        return Geometry.before(s.geometry(), all);
    }
}
