package norma.kernel.contract;

/// The narrow waist between the mathematics and the machine: one contract for each family of kernels.
///
/// The default methods of each contract are the reference, in plain loops; a faster set overrides them and must agree with
/// them within rounding. Every kernel gives the same bits on any number of threads.
///
/// @param name how the set is called in reports: `reference`, `simd512` ...
public record Kernels(String name, ElementwiseKernel elementwise, ReductionKernel reduction, GatherKernel gather,
        DropoutKernel dropout, UpdateKernel update, MatmulKernel matmul, NormalizationKernel normalization,
        PlaneNormalizationKernel planeNormalization, PositionNormalizationKernel positionNormalization,
        PointwiseNormKernel pointwiseNorm, SoftmaxKernel softmax, CrossEntropyKernel crossEntropy,
        AttentionKernel attention, RotaryKernel rotary, ConvolutionKernel convolution, PoolingKernel pooling,
        FourierKernel fourier, RunningAverageKernel runningAverage, Transfer transfer) {

    /// The plain loops.
    public static final Kernels REFERENCE = new Kernels("reference", new ElementwiseKernel() {},
            new ReductionKernel() {}, new GatherKernel() {}, new DropoutKernel() {}, new UpdateKernel() {},
            new MatmulKernel() {}, new NormalizationKernel() {}, new PlaneNormalizationKernel() {},
            new PositionNormalizationKernel() {}, new PointwiseNormKernel() {}, new SoftmaxKernel() {},
            new CrossEntropyKernel() {}, new AttentionKernel() {}, new RotaryKernel() {}, new ConvolutionKernel() {},
            new PoolingKernel() {}, new FourierKernel() {}, new RunningAverageKernel() {},
            new Transfer() {});
}
