package norma.tornado.device;

/// The device's memory does not suffice; the message holds the plan and what to change.
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final double MB = 4.0 / (1 << 20);

    DeviceMemoryException(long wanted, long used, long budget, long largest, long largestFree) {
        super(("Device memory: %.1f MB more don't fit; in use are %.1f of %.1f MB, the largest array takes %.1f MB, the largest "
                + "free stretch is %.1f MB; take a smaller batch or model, or more memory: "
                + "-Dnorma.device.memory=%d (MB)").formatted(wanted * MB, used * MB, budget * MB, largest * MB,
                        largestFree * MB, (long) Math.ceil(2 * (used + wanted) * MB)));
    }
}
