package norma.kernel.contract;

/// The narrow waist between the mathematics and the machine: one contract for each family of kernels.
///
/// The default methods of each contract are the reference, in plain loops; a faster set overrides them and must agree with
/// them within rounding. Every kernel gives the same bits on any number of threads.
///
/// @param name how the set is called in reports: `reference`, `simd512` ...
public record Kernels(String name, ElementwiseKernel elementwise, ReductionKernel reduction, MatmulKernel matmul,
        NormalizationKernel normalization, PlaneNormalizationKernel planeNormalization,
        PositionNormalizationKernel positionNormalization,
        PointwiseNormKernel pointwiseNorm, SoftmaxKernel softmax,
        AttentionKernel attention,
        RotaryKernel rotary, CrossEntropyKernel crossEntropy,
        GatherKernel gather,
        DropoutKernel dropout, UpdateKernel update, FourierKernel fourier, ConvolutionKernel convolution,
        PoolingKernel pooling) {

    /// The plain loops.
    public static final Kernels REFERENCE =
            new Kernels("reference", new ElementwiseKernel() {}, new ReductionKernel() {},
                    new MatmulKernel() {}, new NormalizationKernel() {}, new PlaneNormalizationKernel() {},
                    new PositionNormalizationKernel() {},
                    new PointwiseNormKernel() {}, new SoftmaxKernel() {},
                    new AttentionKernel() {},
                    new RotaryKernel() {},
                    new CrossEntropyKernel() {},
                    new GatherKernel() {}, new DropoutKernel() {}, new UpdateKernel() {}, new FourierKernel() {},
                    new ConvolutionKernel() {},
                    new PoolingKernel() {});
}
