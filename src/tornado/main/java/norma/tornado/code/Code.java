package norma.tornado.code;

import java.util.List;

/// The classes that hold kernels.
public final class Code {
    /// All of them.
    public static final List<Class<?>> CLASSES = List.of(ElementwiseCode.class, ReductionCode.class, UpdateCode.class);

    private Code() {
    }
}
