package norma.bench;

import norma.bench.work.Workload;

/// One work done in one way.
record Case(Workload work, Variant variant) {
}
