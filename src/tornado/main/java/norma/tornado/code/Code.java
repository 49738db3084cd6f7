package norma.tornado.code;

import java.util.List;

/// The classes that hold kernels.
public final class Code {
    /// All of them.
    public static final List<Class<?>> CLASSES = List.of(MatmulCode.class, ConvolutionCode.class, PoolingCode.class,
            RotaryCode.class, MomentsCode.class, NormalizationCode.class, PlaneNormalizationCode.class,
            PositionNormalizationCode.class, PointwiseNormCode.class, SoftmaxCode.class, CrossEntropyCode.class,
            SumsCode.class, AttentionCode.class, FourierCode.class, ElementwiseCode.class, ReductionCode.class,
            GatherCode.class, DropoutCode.class, UpdateCode.class, RunningAverageCode.class);

    private Code() {
    }
}
