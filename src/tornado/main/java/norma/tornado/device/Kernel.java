package norma.tornado.device;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A kernel: a static method of `norma.tornado.code`.
///
/// @param method `(float[] s, int[] m)` or `(float[] s, int[] m, float[] f)`
public record Kernel(Method method) {
    private static final List<Class<?>> PLAIN = List.of(float[].class, int[].class);
    private static final List<Class<?>> SCALED = List.of(float[].class, int[].class, float[].class);

    /// Code without scalars.
    @FunctionalInterface
    public interface Plain extends Serializable {
        /// Runs all iterations, one after the other.
        void run(float[] s, int[] m);
    }

    /// Code with scalars.
    @FunctionalInterface
    public interface Scaled extends Serializable {
        /// Runs all iterations, one after the other.
        void run(float[] s, int[] m, float[] f);
    }

    /// The kernel that a method reference names.
    public static Kernel of(Plain code) {
        return named(code, PLAIN);
    }

    /// The kernel that a method reference names.
    public static Kernel of(Scaled code) {
        return named(code, SCALED);
    }

    /// All kernels among the methods of some classes, in a fixed order.
    public static List<Kernel> in(List<Class<?>> classes) {
        return classes.stream().flatMap(Kernel::in).toList();
    }

    private static Stream<Kernel> in(Class<?> code) {
        return Arrays.stream(code.getDeclaredMethods()).filter(Kernel::isKernel)
                .sorted(Comparator.comparing(Method::getName)).map(Kernel::new);
    }

    private static boolean isKernel(Method method) {
        List<Class<?>> parameters = List.of(method.getParameterTypes());
        return Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers())
                && (parameters.equals(PLAIN) || parameters.equals(SCALED));
    }

    /// What it is called: `MatmulCode.product`.
    public String name() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    /// Whether it takes scalars.
    public boolean scaled() {
        return method.getParameterCount() == SCALED.size();
    }

    private static Kernel named(Serializable code, List<Class<?>> parameters) {
        try {
            Method replace = code.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            SerializedLambda lambda = (SerializedLambda) replace.invoke(code);
            Class<?> owner =
                    Class.forName(lambda.getImplClass().replace('/', '.'), true, Kernel.class.getClassLoader());
            return new Kernel(owner.getDeclaredMethod(lambda.getImplMethodName(), parameters.toArray(Class<?>[]::new)));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Kernel: must be a reference to a static method; got " + code, e);
        }
    }
}
