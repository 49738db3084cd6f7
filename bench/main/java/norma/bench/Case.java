package norma.bench;

import norma.bench.work.Work;

/// One work done in one way.
record Case(Work work, Variant variant) {
}
