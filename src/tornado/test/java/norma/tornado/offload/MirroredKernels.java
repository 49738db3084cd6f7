package norma.tornado.offload;

import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Supplier;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import norma.kernel.contract.MatmulKernel.Packed;
import norma.kernel.contract.Transfer;
import norma.tornado.TestDevice;

/// The kernels of the device under test, for tests that look at the host's arrays: each call copies its operands to the device and
/// back. A call that falls back fails.
public final class MirroredKernels implements Supplier<Kernels> {
    private final Offload offload = TestDevice.offload();
    private final Kernels device = offload.kernels();
    private final Transfer transfer = device.transfer();

    @Override
    public Kernels get() {
        return OffloadedKernels.set(device.name(), component -> mirrored(component.getType(),
                OffloadedKernels.call(component.getAccessor(), device)));
    }

    private Object mirrored(Class<?> type, Object target) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
            Set<float[]> arrays = OffloadedKernels.arrays(arguments);
            arrays.forEach(array -> transfer.write(array, 0, Floats.of(array)));
            int before = fallbacks();
            method.setAccessible(true);
            Object result = OffloadedKernels.call(method, target, arguments);
            arrays.forEach(array -> transfer.read(Floats.of(array), array, 0));
            if (fallbacks() > before) {
                throw new AssertionError("no kernel on the device: " + offload.fallbacks());
            }
            return result instanceof Packed ? mirrored(Packed.class, result) : result;
        });
    }

    private int fallbacks() {
        return offload.fallbacks().values().stream().mapToInt(Integer::intValue).sum();
    }
}
