package norma.tornado.device;

import java.util.Locale;

/// The device's memory does not suffice; the message holds the plan and what to change.
public final class DeviceMemoryException extends IllegalStateException {
    private static final long serialVersionUID = 1;
    private static final double MB = 4.0 / (1 << 20);

    DeviceMemoryException(long wanted, long used, long budget, long largest, long largestFree) {
        super(String.format(Locale.ROOT,
                "Device memory: %.1f MB more don't fit; in use are %.1f of %.1f MB, the largest array takes %.1f MB, the largest "
                        + "free stretch is %.1f MB; take a smaller batch or model%s",
                wanted * MB, used * MB, budget * MB, largest * MB, largestFree * MB, more(used + wanted)));
    }

    /// Twice of what is needed now leaves room for what comes later, as far as a slab goes.
    private static String more(long needed) {
        long most = (long) (Device.MOST * MB);
        return needed > Device.MOST ? ""
                : ", or more memory: -Dnorma.device.memory=%d (MB)"
                        .formatted(Math.min(most, (long) Math.ceil(2 * needed * MB)));
    }
}
