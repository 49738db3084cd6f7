package norma.tornado.offload;

import norma.kernel.Floats;
import norma.kernel.WindowGeometry;
import norma.kernel.contract.PoolingKernel;
import norma.tornado.code.PoolingCode;
import norma.tornado.device.Kernel;

/// The maximum or the mean of the inputs under a window.
record OffloadedPooling(Offload offload) implements PoolingKernel {
    private static final Kernel LARGEST = Kernel.of(PoolingCode::largest);
    private static final Kernel LARGEST_GRADIENT = Kernel.of(PoolingCode::largestGradient);
    private static final Kernel AVERAGE = Kernel.of(PoolingCode::average);
    private static final Kernel AVERAGE_GRADIENT = Kernel.of(PoolingCode::averageGradient);

    @Override
    public void max(int planes, WindowGeometry z, Floats x, Floats y, Floats winners) {
        offload.launch(LARGEST, new float[] {Float.NEGATIVE_INFINITY}, planes * z.outPlane(),
                Geometry.before(z, offload.at(x), offload.at(y), offload.at(winners)));
    }

    @Override
    public void maxGradient(int planes, WindowGeometry z, Floats dy, Floats winners, Floats dx) {
        offload.launch(LARGEST_GRADIENT, planes * z.plane(),
                Geometry.before(z, offload.at(dy), offload.at(winners), offload.at(dx)));
    }

    @Override
    public void mean(int planes, WindowGeometry z, boolean countPadding, Floats x, Floats y) {
        offload.launch(AVERAGE, planes * z.outPlane(),
                Geometry.before(z, offload.at(x), offload.at(y), countPadding ? 1 : 0));
    }

    @Override
    public void meanGradient(int planes, WindowGeometry z, boolean countPadding, Floats dy, Floats dx) {
        offload.launch(AVERAGE_GRADIENT, planes * z.plane(),
                Geometry.before(z, offload.at(dy), offload.at(dx), countPadding ? 1 : 0));
    }
}
