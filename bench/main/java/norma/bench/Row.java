package norma.bench;

import norma.bench.workload.Workload;

/// A line of the table, and an object of `--json`.
///
/// @param kernels kernel set, or peer
/// @param medianSeconds of one operation
/// @param spread half the distance between the quartiles, as a share of the median
/// @param gbs the workload's bytes at least, in GB a second
/// @param gflops the workload's FLOPs, in GFLOP a second
/// @param shareOfLimit how near to the fastest that this machine allows; 1 is the limit
/// @param allocatedBytes on Java's heap in one operation; null for those who don't say
/// @param residentBytes the most of a process's memory that was resident; null for what is no process
record Row(String workload, String shape, int threads, String kernels, double medianSeconds, double spread, double gbs,
        double gflops, double shareOfLimit, Long allocatedBytes, Long residentBytes) {

    static Row of(Workload workload, int threads, String kernels, Timing time, Roofline roof, Long allocatedBytes,
            Long residentBytes) {
        return new Row(workload.name(), workload.shape(), threads, kernels, time.median(), time.spread(),
                workload.bytes() / time.median() / 1e9, workload.flops() / time.median() / 1e9,
                roof.share(workload, time.median()), allocatedBytes, residentBytes);
    }
}
