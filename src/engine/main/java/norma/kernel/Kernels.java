package norma.kernel;

/// The narrow waist between the mathematics and the machine: one contract for each family of kernels.
///
/// The default methods of each contract are the reference, in plain loops; a faster set overrides them and must agree with
/// them within rounding. Every kernel gives the same bits on any number of threads.
///
/// @param name how the set is called in reports: `reference`, `simd512` ...
public record Kernels(String name, Elementwise elementwise, Reduction reduction, Matmul matmul,
        Normalization normalization, PlaneNormalization planeNormalization, PositionNormalization positionNormalization,
        Squashing squashing, Softmax softmax,
        Attention attention,
        Rotary rotary, CrossEntropy crossEntropy,
        Gather gather,
        Dropout dropout, Update update, Fourier fourier, Convolution convolution, Pooling pooling,
        RunningAverage runningAverage, Transfer transfer) {

    /// The plain loops.
    public static final Kernels REFERENCE = new Kernels("reference", new Elementwise() {}, new Reduction() {},
            new Matmul() {}, new Normalization() {}, new PlaneNormalization() {}, new PositionNormalization() {},
            new Squashing() {}, new Softmax() {},
            new Attention() {},
            new Rotary() {},
            new CrossEntropy() {},
            new Gather() {}, new Dropout() {}, new Update() {}, new Fourier() {}, new Convolution() {},
            new Pooling() {}, new RunningAverage() {}, new Transfer() {});
}
