package norma.embeddings.finetuning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import norma.kernel.SplitMix;

/// Puts examples of about the same length into one batch.
final class LengthBatching {
    /// How many batches are sorted at once: enough for similar lengths in a batch, few enough for other batches in each epoch.
    private static final int WINDOW = 16;

    private LengthBatching() {
    }

    /// All examples, shortest first.
    static <E extends Example> List<List<E>> batches(List<E> examples, int batch) {
        var batches = new ArrayList<List<E>>();
        List<E> sorted = examples.stream().sorted(Comparator.comparingInt(Example::tokens)).toList();
        for (int from = 0; from < sorted.size(); from += batch) {
            batches.add(sorted.subList(from, Math.min(from + batch, sorted.size())));
        }
        return batches;
    }

    /// All examples in random order; those of each window are sorted, and the batches are in random order again.
    static <E extends Example> List<List<E>> shuffled(List<E> examples, int batch, long seed) {
        List<E> order = shuffled(examples, seed);
        var batches = new ArrayList<List<E>>();
        for (int from = 0; from < order.size(); from += WINDOW * batch) {
            batches.addAll(batches(order.subList(from, Math.min(from + WINDOW * batch, order.size())), batch));
        }
        return shuffled(batches, SplitMix.at(seed, examples.size()));
    }

    private static <T> List<T> shuffled(List<T> things, long seed) {
        return IntStream.range(0, things.size()).boxed().sorted(Comparator.comparingLong(i -> SplitMix.at(seed, i)))
                .map(things::get).toList();
    }
}
