package norma.tornado;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import norma.tornado.device.Device;
import norma.tornado.device.Kernel;

/// A device whose kernels run on this virtual machine: the same code, one iteration after the other.
public final class JvmDevice implements Device {
    private final float[] slab;

    /// With so many floats.
    public JvmDevice(int capacity) {
        slab = new float[capacity];
        Arrays.fill(slab, Float.NaN);
    }

    @Override
    public String name() {
        return "jvm";
    }

    @Override
    public int capacity() {
        return slab.length;
    }

    @Override
    public void launch(Kernel kernel, int[] ints, float[] floats) {
        int[] m = Arrays.copyOf(ints, INTS);
        if (ints.length > INTS || floats.length > FLOATS || kernel.scaled() != floats.length > 0) {
            throw new AssertionError(kernel.name() + " was launched with " + ints.length + " and " + floats.length);
        }
        try {
            if (kernel.scaled()) {
                kernel.method().invoke(null, slab, m, Arrays.copyOf(floats, FLOATS));
            } else {
                kernel.method().invoke(null, slab, m);
            }
        } catch (InvocationTargetException e) {
            throw new AssertionError(kernel.name() + Arrays.toString(ints), e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void read(int from, float[] to, int offset, int count) {
        System.arraycopy(slab, from, to, offset, count);
    }

    @Override
    public void write(float[] from, int offset, int to, int count) {
        System.arraycopy(from, offset, slab, to, count);
    }

    @Override
    public void close() {
    }
}
