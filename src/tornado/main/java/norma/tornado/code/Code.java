package norma.tornado.code;

import java.util.List;

/// The classes that hold kernels.
public final class Code {
    /// All of them.
    public static final List<Class<?>> CLASSES = List.of(DropoutCode.class, ElementwiseCode.class, GatherCode.class,
            ReductionCode.class, RunningAverageCode.class, UpdateCode.class);

    private Code() {
    }
}
