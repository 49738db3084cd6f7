package norma.kernel.simd.convolution;

import norma.kernel.Floats;
import norma.kernel.contract.ConvolutionKernel;

/// Convolution on vectors: [Correlation] for outputs and for gradients of inputs, [WeightGradient] for those of weights.
public final class SimdConvolution implements ConvolutionKernel {

    @Override
    public void forward(Sizes sizes, Floats x, Floats w, Floats bias, Floats y) {
        ConvolutionKernel.check(sizes, x, w, y);
        if (y.length() > 0) {
            Correlation.forward(sizes, x, w, bias, y);
        }
    }

    @Override
    public void inputGradient(Sizes sizes, Floats dy, Floats w, Floats dx) {
        ConvolutionKernel.check(sizes, dx, w, dy);
        if (dx.length() > 0) {
            Correlation.backward(sizes, dy, w, dx);
        }
    }

    @Override
    public void weightGradient(Sizes sizes, Floats x, Floats dy, Floats dw) {
        ConvolutionKernel.check(sizes, x, dw, dy);
        if (dw.length() > 0) {
            new WeightGradient(sizes, x, dy, dw).run();
        }
    }
}
