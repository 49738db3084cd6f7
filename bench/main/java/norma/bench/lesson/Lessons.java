package norma.bench.lesson;

import java.util.List;
import java.util.stream.Stream;
import norma.bench.work.Workload;

/// The same work, better and better: numbered variants, each a method whose comment says what it teaches. They are works like
/// any other, measured by `norma bench --lessons`.
public final class Lessons {

    private Lessons() {
    }

    /// All variants, in order.
    public static List<Workload> works() {
        return Stream.of(MatmulLessons.works(), SumLessons.works(), LayerNormLessons.works(), ExpLessons.works())
                .flatMap(List::stream).toList();
    }
}
