package norma.tornado;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import norma.kernel.contract.MatmulKernel.Packed;
import norma.kernel.contract.Transfer;
import norma.tornado.offload.Offload;

/// The kernels of the device under test, for tests that look at the host's arrays: each call copies its operands to the device and
/// back. A call that falls back fails, unless the build of a kernel has not come to it yet.
public final class MirroredKernels implements Supplier<Kernels> {

    @Override
    public Kernels get() {
        return new Mirror(TestDevice.offload()).kernels();
    }

    private record Mirror(Offload offload, Transfer transfer, Kernels device) {

        Mirror(Offload offload) {
            this(offload, offload.kernels().transfer(), offload.kernels());
        }

        Kernels kernels() {
            RecordComponent[] components = Kernels.class.getRecordComponents();
            Object[] all = new Object[components.length];
            all[0] = device.name();
            for (int i = 1; i < all.length; i++) {
                all[i] = mirrored(components[i]);
            }
            try {
                return (Kernels) Kernels.class.getConstructors()[0].newInstance(all);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        private Object mirrored(RecordComponent component) {
            return mirrored(component.getType(), value(component, device), component.getName());
        }

        private Object mirrored(Class<?> type, Object target, String name) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
                for (Object argument : arguments == null ? new Object[0] : arguments) {
                    collect(argument, arrays);
                }
                arrays.forEach(array -> transfer.write(array, 0, Floats.of(array)));
                int before = fallbacks();
                try {
                    Object result = method.invoke(target, arguments);
                    arrays.forEach(array -> transfer.read(Floats.of(array), array, 0));
                    if (fallbacks() > before && !TestDevice.mayFallBack(name + "." + method.getName())) {
                        throw new AssertionError("no kernel on the device: " + offload.fallbacks());
                    }
                    return result instanceof Packed ? mirrored(Packed.class, result, name) : result;
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
        }

        private int fallbacks() {
            return offload.fallbacks().values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private static void collect(Object value, Set<float[]> arrays) {
        switch (value) {
            case null -> {
            }
            case float[] array -> arrays.add(array);
            case Floats floats -> arrays.add(floats.array());
            case List<?> list -> list.forEach(each -> collect(each, arrays));
            case Record record -> Arrays.stream(record.getClass().getRecordComponents())
                    .forEach(component -> collect(value(component, record), arrays));
            default -> {
            }
        }
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
