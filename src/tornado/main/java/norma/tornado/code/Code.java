package norma.tornado.code;

import java.util.List;

/// The classes that hold kernels.
public final class Code {
    /// All of them.
    public static final List<Class<?>> CLASSES = List.of(UpdateCode.class, MatmulCode.class, ConvolutionCode.class,
            PoolingCode.class, RotaryCode.class);

    private Code() {
    }
}
