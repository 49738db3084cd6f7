package norma.bench.lesson;

import java.util.List;
import java.util.stream.Stream;
import norma.bench.workload.Workload;

/// The same computation, better and better: numbered variants, each a method whose comment says what it teaches. They are workloads like
/// any other, measured by `norma bench --lessons`.
public final class Lessons {

    private Lessons() {
    }

    /// All variants, in order.
    public static List<Workload> workloads() {
        return Stream
                .of(MatmulLessons.workloads(), SumLessons.workloads(), LayerNormLessons.workloads(),
                        ExpLessons.workloads())
                .flatMap(List::stream).toList();
    }
}
