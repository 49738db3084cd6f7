package norma.tornado;

import norma.tornado.device.TornadoDevice;
import norma.tornado.offload.Offload;

/// The device under test: kernels on this virtual machine, or a real one if TornadoVM is installed.
public final class TestDevice {
    private static final int CAPACITY = Integer.getInteger("norma.test.megabytes", 128) << 18;

    private static Offload offload;

    private TestDevice() {
    }

    /// Whether it is one of TornadoVM.
    public static boolean isReal() {
        return System.getenv("TORNADOVM_HOME") != null;
    }

    /// The same for all tests of a process.
    public static synchronized Offload offload() {
        if (offload == null) {
            offload = new Offload(isReal() ? new TornadoDevice(0, CAPACITY) : new JvmDevice(CAPACITY));
        }
        return offload;
    }
}
