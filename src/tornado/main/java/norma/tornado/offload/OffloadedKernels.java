package norma.tornado.offload;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;

/// A contract on a device. A method that the device's implementation overrides runs there; any other falls back: its operands are
/// copied to the host, the reference computes, and they are copied to the device again.
final class OffloadedKernels implements InvocationHandler {
    private final Offload offload;
    private final Class<?> type;
    private final String contract;
    private final Object implementation;
    private final Object reference;
    private final Set<Method> offloaded = new HashSet<>();

    private OffloadedKernels(Offload offload, List<Object> implementations, RecordComponent component) {
        this.offload = offload;
        type = component.getType();
        contract = component.getName();
        implementation = implementations.stream().filter(type::isInstance).findFirst().orElse(null);
        reference = call(component.getAccessor(), Kernels.REFERENCE);
        methods().filter(this::isOverridden).forEach(offloaded::add);
    }

    /// The engine's set of kernels, each contract on the device.
    static Kernels of(Offload offload) {
        return of(offload, implementations(offload));
    }

    /// A set whose contracts are implemented by these; one that none of them implements falls back.
    static Kernels of(Offload offload, List<Object> implementations) {
        return set(offload.device().name(),
                component -> new OffloadedKernels(offload, implementations, component).proxy());
    }

    /// A set of kernels.
    ///
    /// @param contract the one that stands for a component of the set
    static Kernels set(String name, Function<RecordComponent, Object> contract) {
        List<Object> all = new ArrayList<>(List.of(name));
        components().map(contract).forEach(all::add);
        try {
            return (Kernels) Kernels.class.getConstructors()[0].newInstance(all.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Offload: can't make a set of kernels", e);
        }
    }

    /// Whether the device has a kernel for each method of each contract, of all that share a name.
    static Map<String, Boolean> coverage(Offload offload) {
        Map<String, Boolean> covered = new LinkedHashMap<>();
        List<Object> implementations = implementations(offload);
        for (RecordComponent component : components().toList()) {
            OffloadedKernels contract = new OffloadedKernels(offload, implementations, component);
            contract.methods().filter(OffloadedKernels::hasOperands).sorted(Comparator.comparing(Method::getName))
                    .forEach(method -> covered.merge(contract.name(method), contract.offloaded.contains(method),
                            Boolean::logicalAnd));
        }
        return covered;
    }

    private static List<Object> implementations(Offload offload) {
        return List.of(
                new OffloadedMatmul(offload),
                new OffloadedConvolution(offload),
                new OffloadedPooling(offload),
                new OffloadedRotary(offload),
                new OffloadedNormalization(offload),
                new OffloadedPlaneNormalization(offload),
                new OffloadedPositionNormalization(offload),
                new OffloadedPointwiseNorm(offload),
                new OffloadedSoftmax(offload),
                new OffloadedCrossEntropy(offload),
                new OffloadedAttention(offload),
                new OffloadedFourier(offload),
                new OffloadedElementwise(offload),
                new OffloadedReduction(offload),
                new OffloadedGather(offload),
                new OffloadedDropout(offload),
                new OffloadedUpdate(offload),
                new OffloadedRunningAverage(offload),
                new OffloadedTransfer(offload));
    }

    /// All contracts of a set.
    private static Stream<RecordComponent> components() {
        return Arrays.stream(Kernels.class.getRecordComponents()).skip(1);
    }

    private Object proxy() {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this);
    }

    private Stream<Method> methods() {
        return Arrays.stream(type.getMethods()).filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    private String name(Method method) {
        return contract + "." + method.getName();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        if (method.getDeclaringClass() == Object.class) {
            return call(method, this, arguments);
        }
        return offload.alone(() -> offloaded.contains(method) ? call(method, implementation, arguments)
                : fallBack(method, arguments));
    }

    /// What has none only serves the contract's other methods.
    private static boolean hasOperands(Method method) {
        return !Arrays.stream(method.getParameterTypes()).allMatch(Class::isPrimitive);
    }

    private boolean isOverridden(Method method) {
        try {
            return implementation != null && !implementation.getClass()
                    .getMethod(method.getName(), method.getParameterTypes()).getDeclaringClass().isInterface();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("Offload: " + method + " is not public", e);
        }
    }

    private Object fallBack(Method method, Object[] arguments) {
        Set<float[]> arrays = arrays(arguments);
        offload.countFallback(name(method));
        for (float[] array : arrays) {
            offload.device().read(offload.at(array), array, 0, array.length);
        }
        Object result = call(method, reference, arguments);
        for (float[] array : arrays) {
            offload.device().write(array, 0, offload.at(array), array.length);
        }
        return result;
    }

    /// All arrays that a call names.
    ///
    /// @param arguments null for none
    static Set<float[]> arrays(Object[] arguments) {
        Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Object argument : arguments == null ? new Object[0] : arguments) {
            collect(argument, arrays);
        }
        return arrays;
    }

    private static void collect(Object value, Set<float[]> arrays) {
        switch (value) {
            case null -> {
            }
            case float[] array -> arrays.add(array);
            case Floats floats -> arrays.add(floats.array());
            case List<?> list -> list.forEach(each -> collect(each, arrays));
            case Record record -> Arrays.stream(record.getClass().getRecordComponents())
                    .forEach(component -> collect(call(component.getAccessor(), record), arrays));
            default -> {
            }
        }
    }

    static Object call(Method method, Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Offload: can't call " + method, e);
        }
    }
}
