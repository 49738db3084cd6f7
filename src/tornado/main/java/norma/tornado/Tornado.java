package norma.tornado;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import norma.backend.Backend;
import norma.tornado.device.Installed;
import norma.tornado.device.TornadoDevice;
import norma.tornado.offload.Offload;

/// Computation on a GPU, through a TornadoVM that the user has installed.
///
///     java @$TORNADOVM_HOME/tornado-argfile -cp ... Main
///
///     Tornado.use("tornado");
///
/// Data of tensors then lies on the device from its first use on, and each kernel runs there. What has no kernel for the device is
/// computed on the host, and counted: [#fallbacks].
///
/// The memory that tensors get on the device is taken at once and as a whole. It has a twin of the same size in Java's heap,
/// since TornadoVM has no memory without one. `-Dnorma.device.memory` is its size in MB, at most 8191; else it is 1024, or less where
/// that is more than a quarter of the heap's limit, half of the device's memory or its largest array.
///
/// TornadoVM compiles a kernel at its first launch, which takes about 0.1 s, and reads its own options when it is loaded. `use` sets
/// them, so a program with kernels of its own for TornadoVM must mark their loops by `norma.tornado.code.Parallel`.
public final class Tornado {
    /// The most memory that tensors can have on a device.
    public static final long MOST_MEGABYTES = TornadoDevice.MOST >> 18;

    private static final String NAME = "tornado";
    private static final long MB = 1 << 20;
    private static final long USUAL = 1024;

    private static Offload offload;
    private static Device used;

    private Tornado() {
    }

    /// A device that TornadoVM has found.
    ///
    /// @param name what [Tornado#use] calls it: `tornado:0`
    /// @param product what its maker calls it
    /// @param type `GPU`, `CPU` ...
    /// @param backend `OPENCL`, `CUDA` ...
    /// @param driver what the backend found it through
    /// @param memory bytes of its memory
    /// @param largest bytes of the largest array that it takes
    public record Device(String name, String product, String type, String backend, String driver, long memory,
            long largest) {

        private static Device of(int number, Installed device) {
            return new Device(NAME + ":" + number, device.name(), device.type(), device.backend(), device.driver(),
                    device.memory(), device.largest());
        }

        /// Its place in [#devices].
        public int number() {
            return Integer.parseInt(name.substring(NAME.length() + 1));
        }

        /// MB of its memory that tensors get. TornadoVM's arrays have a header of a few bytes.
        public long megabytes() {
            long heap = Runtime.getRuntime().maxMemory() / 4;
            long automatic = Math.min(USUAL, Math.min(heap, Math.min(memory / 2, largest - MB)) / MB);
            long wanted = Long.getLong("norma.device.memory", automatic);
            if (wanted < 1 || wanted > MOST_MEGABYTES) {
                throw new IllegalArgumentException(
                        "Tornado: -Dnorma.device.memory must be 1 ... %d (MB); got %d".formatted(MOST_MEGABYTES,
                                wanted));
            }
            return wanted;
        }
    }

    /// Why TornadoVM can't be used in this process, and what to do; empty if it can.
    public static String missing() {
        return TornadoDevice.missing();
    }

    /// The devices there are; none if TornadoVM can't be used.
    public static List<Device> devices() {
        List<Installed> devices = TornadoDevice.installed();
        return IntStream.range(0, devices.size()).mapToObj(i -> Device.of(i, devices.get(i))).toList();
    }

    /// The device of a name.
    ///
    /// @param name `tornado`, which is the first, or `tornado:0`, `tornado:1` ... as in [#devices]
    /// @throws IllegalStateException if TornadoVM can't be used
    public static Device device(String name) {
        if (!missing().isEmpty()) {
            throw new IllegalStateException("Tornado: " + missing());
        }
        List<Device> devices = devices();
        String wanted = name.equals(NAME) ? NAME + ":0" : name;
        return devices.stream().filter(device -> device.name.equals(wanted)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Tornado: a device must be tornado or one of %s; got %s".formatted(devices.stream()
                                .map(each -> each.name + " (" + each.product + ")").toList(), name)));
    }

    /// Computes on a device from now on. To be called once and before anything else of the engine.
    ///
    /// @param name as [#device] takes it
    /// @return the device
    /// @throws IllegalStateException if TornadoVM can't be used
    public static Device use(String name) {
        return use(name, warning -> System.getLogger("norma").log(System.Logger.Level.WARNING, warning));
    }

    /// The same with another listener than the log.
    ///
    /// @param warning is told of each method of a kernel, once, that was computed on the host
    public static synchronized Device use(String name, Consumer<String> warning) {
        Device device = device(name);
        if (offload != null) {
            throw new IllegalStateException("Tornado.use: must be called once; got " + name);
        }
        TornadoDevice opened = new TornadoDevice(device.number(), (int) (device.megabytes() * (MB / Float.BYTES)));
        Offload kernels = new Offload(opened, warning);
        try {
            Backend.use(kernels.kernels());
        } catch (IllegalStateException e) {
            opened.close();
            throw e;
        }
        offload = kernels;
        used = device;
        return device;
    }

    /// The device that computes; empty if it is the processor.
    public static synchronized Optional<Device> used() {
        return Optional.ofNullable(used);
    }

    /// Each method of a kernel, and whether the device has one for it: `fourier.complex`. None before [#use].
    public static synchronized Map<String, Boolean> coverage() {
        return offload == null ? Map.of() : offload.coverage();
    }

    /// How often each method of a kernel was computed on the host, since there is none for the device: `fourier.complex`.
    public static synchronized Map<String, Integer> fallbacks() {
        return offload == null ? Map.of() : offload.fallbacks();
    }

    /// How many kernels were launched on the device.
    public static synchronized long launches() {
        return offload == null ? 0 : offload.launches();
    }

    /// The device's memory in use, in bytes.
    ///
    /// @param now by what lives now
    /// @param most the most at a time
    /// @param budget what there is
    public record Memory(long now, long most, long budget) {
    }

    /// The device's memory in use.
    public static synchronized Memory memory() {
        return offload == null ? new Memory(0, 0, 0) : new Memory(offload.used() * Float.BYTES,
                offload.most() * Float.BYTES, offload.budget() * Float.BYTES);
    }
}
