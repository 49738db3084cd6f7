package norma.bench;

import norma.bench.workload.Workload;

/// A workload and the variant that does it.
record Case(Workload workload, Variant variant) {
}
