package norma.tornado;

import java.util.Set;
import norma.tornado.device.TornadoDevice;
import norma.tornado.offload.Offload;

/// The device under test: kernels on this virtual machine, or a real one if TornadoVM is installed.
public final class TestDevice {
    private static final int CAPACITY = Integer.getInteger("norma.test.megabytes", 128) << 18;
    private static final Set<String> ON_THE_HOST = Set.of();

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

    /// What has no kernel on purpose.
    static boolean mayFallBack(String method) {
        return ON_THE_HOST.contains(method);
    }
}
