package norma.tornado.code;

import java.util.List;

/// The classes that hold kernels.
public final class Code {
    /// All of them.
    public static final List<Class<?>> CLASSES = List.of(AttentionCode.class, FourierCode.class, UpdateCode.class);

    private Code() {
    }
}
