package norma.kernel.simd.fourier;

import norma.kernel.contract.FourierKernel;
import norma.kernel.simd.vector.Species;

/// Fourier transforms with a line in each lane of a vector.
public final class SimdFourier implements FourierKernel {

    @Override
    public int lanes() {
        return Species.LANES;
    }

    @Override
    public Lines lines(int room) {
        return new SimdFft(room);
    }
}
