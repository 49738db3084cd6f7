package norma.lab.embed;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// The k values with the highest scores, of all that are added; equal ones in the order in which they came.
///
/// @param <T> a value
final class Best<T> {
    private record Entry<T>(double score, long number, T value) {
    }

    private final Comparator<Entry<T>> order =
            Comparator.comparingDouble((Entry<T> entry) -> -entry.score).thenComparingLong(Entry::number);
    private final PriorityQueue<Entry<T>> entries = new PriorityQueue<>(order.reversed());
    private final int k;
    private long added;

    Best(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("-k must be at least 1; got " + k);
        }
        this.k = k;
    }

    void add(double score, T value) {
        entries.add(new Entry<>(score, added++, value));
        if (entries.size() > k) {
            entries.remove();
        }
    }

    /// From the best on.
    List<T> values() {
        return entries.stream().sorted(order).map(Entry::value).toList();
    }
}
