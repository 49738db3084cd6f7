package norma.bench;

import java.util.Comparator;
import java.util.List;
import norma.bench.workload.Workload;
import norma.tornado.Tornado;

/// The limits of the processor at one number of threads, or of a device, measured in the same run (Williams, Waterman & Patterson
/// 2009, "Roofline").
///
/// @param device null for the processor
/// @param threads N
/// @param flops a second: the FMA peak
/// @param launchSeconds of the shortest kernel, from its launch to its end; null for the processor
/// @param bandwidths by working set
record Roofline(Tornado.Device device, int threads, double flops, Double launchSeconds, List<Bandwidth> bandwidths) {

    /// Of the processor.
    static Roofline of(int threads, double flops, List<Bandwidth> bandwidths) {
        return new Roofline(null, threads, flops, null, bandwidths);
    }

    /// Bytes read and written a second.
    ///
    /// @param bytes of the working set
    record Bandwidth(long bytes, double copy, double triad, double axpy) {
        /// The fastest of them.
        double best() {
            return Math.max(Math.max(copy, triad), axpy);
        }
    }

    /// What it is the limit of.
    String title() {
        return device == null ? ResultFormatter.threads(threads) : device.name();
    }

    /// Whether it is the limit of these kernels.
    boolean isOf(String kernels, int n) {
        return device == null ? n == threads && !Variant.isDevice(kernels) : kernels.equals(device.name());
    }

    /// The least time on this machine: the FLOPs at peak, or the bytes at the bandwidth of the nearest working set.
    double seconds(Workload workload) {
        return Math.max(workload.flops() / flops, workload.bytes() / nearest(workload.bytes()).best());
    }

    /// Whether arithmetic is the limit, not memory.
    boolean isArithmetic(Workload workload) {
        return seconds(workload) == workload.flops() / flops;
    }

    /// Share of the limit that a time reaches; NaN where none applies.
    double share(Workload workload, double seconds) {
        return workload.isBounded() ? seconds(workload) / seconds : Double.NaN;
    }

    private Bandwidth nearest(double bytes) {
        return bandwidths.stream().min(Comparator.comparingDouble(b -> distance(b.bytes(), bytes))).orElseThrow();
    }

    /// As a factor: 1 MiB and 4 MiB are as far apart as 4 MiB and 16.
    static double distance(double a, double b) {
        return Math.abs(Math.log(a / b));
    }
}
