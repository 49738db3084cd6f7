package norma.kernel.contract;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import norma.kernel.Floats;

/// A set of kernels that keeps the floats of all tensors in arrays of its own, as one for a device must: an array of the host is
/// only the name of one of these, and holds NaN. What reads or writes it past [Transfer] computes with NaN or is lost.
public final class ElsewhereKernels {
    private final Map<float[], float[]> own = new IdentityHashMap<>();

    private ElsewhereKernels() {
    }

    /// The same kernels on arrays elsewhere.
    public static Kernels of(Kernels kernels) {
        return (Kernels) new ElsewhereKernels().copy(kernels);
    }

    /// A record with all that it holds elsewhere.
    private Object copy(Record record) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Object[] values = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                var accessor = components[i].getAccessor();
                accessor.setAccessible(true);
                values[i] = elsewhere(accessor.invoke(record), types[i]);
            }
            var constructor = record.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /// A value that passes between the engine and the kernels, as the other side knows it.
    private Object elsewhere(Object value, Class<?> type) {
        return switch (value) {
            case null -> null;
            case Transfer _ -> new OwnTransfer();
            case Floats floats -> own(floats);
            case List<?> list -> list.stream().map(each -> elsewhere(each, each.getClass())).toList();
            case Record record -> copy(record);
            case Object kernels when type.isInterface() && type.getPackage() == Kernels.class.getPackage() ->
                proxy(kernels, type);
            default -> value;
        };
    }

    private Object proxy(Object kernels, Class<?> contract) {
        return Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] {contract}, (_, method, arguments) -> {
            Object[] moved = new Object[arguments.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = elsewhere(arguments[i], method.getParameterTypes()[i]);
            }
            method.setAccessible(true);
            try {
                return elsewhere(method.invoke(kernels, moved), method.getReturnType());
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private synchronized Floats own(Floats host) {
        return new Floats(own.computeIfAbsent(host.array(), array -> poisoned(array).clone()), host.offset(),
                host.length());
    }

    private static float[] poisoned(float[] array) {
        Arrays.fill(array, Float.NaN);
        return array;
    }

    private synchronized void adopt(float[] values) {
        own.put(values, values.clone());
        poisoned(values);
    }

    /// Copies between the host's arrays and those elsewhere.
    private final class OwnTransfer implements Transfer {
        @Override
        public Floats adopt(float[] values) {
            ElsewhereKernels.this.adopt(values);
            return Floats.of(values);
        }

        @Override
        public void read(Floats from, float[] to, int offset) {
            Transfer.super.read(own(from), to, offset);
        }

        @Override
        public void write(float[] from, int offset, Floats to) {
            Transfer.super.write(from, offset, own(to));
        }
    }
}
