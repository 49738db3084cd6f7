package norma.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import norma.backend.Backend;
import norma.kernel.SplitMix;
import norma.parallel.Ahead;
import norma.tensor.Indices;
import norma.tensor.Seed;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Examples in groups of `size`, which a model learns from at once: of tensors, of records, of anything that has numbers from 0 on.
///
/// ```java
/// var batches = Batches.of(images, labels, 64).shuffled(42).inBackground();
/// for (var batch : batches) {                      // one epoch: every example once
///     model.forward(batch.x());                    // (64, ...)
/// }
/// new Trainer<>(objective, optimizer, batches::batch, config, listener).run();
/// ```
///
/// Each pass over the batches is the next epoch, beginning with epoch 0. Batch `i` of epoch `e` is batch number
/// `e perEpoch() + i`, and what is in it depends on that number and the seed only ([#batch]). The last batch of an epoch is smaller
/// if `size` does not divide the number of examples ([#dropRemainder]).
///
/// Only a batch at a time is copied, and its tensors are ordinary ones, which no tape owns. The examples must stay as they are while
/// they are in use. All methods may be called from many threads.
///
/// @param <B> a batch
public final class Batches<B> implements Iterable<B> {

    /// How many batches are ahead at most: one is ready while another is being made.
    private static final int ROOM = 2;

    /// The examples of an epoch in the order in which they come.
    private record Order(long epoch, int[] rows) {
    }

    private final int count;
    private final int size;
    private final Function<int[], B> load;
    private final Optional<Long> seed;
    private final boolean remainder;
    private final boolean background;
    private final AtomicLong nextEpoch = new AtomicLong();
    private volatile Order order = new Order(-1, new int[0]);

    private Batches(int count, int size, Function<int[], B> load, Optional<Long> seed, boolean remainder,
            boolean background) {
        this.count = count;
        this.size = size;
        this.load = load;
        this.seed = seed;
        this.remainder = remainder;
        this.background = background;
    }

    // ---- Of what ----

    /// Batches of anything.
    ///
    /// @param count how many examples there are
    /// @param size how many a batch has
    /// @param load makes a batch of the examples with these numbers, each in `[0, count)`. It must depend on them only: it may be
    ///         called on another thread, and ahead of the time
    public static <B> Batches<B> of(int count, int size, Function<int[], B> load) {
        if (count < 1) {
            throw new IllegalArgumentException("Batches: there must be at least one example; got " + count);
        }
        if (size < 1) {
            throw new IllegalArgumentException("Batches: size must be at least 1; got " + size);
        }
        return new Batches<>(count, size, load, Optional.empty(), true, false);
    }

    /// Batches of inputs and their classes.
    ///
    /// @param x one entry of the first axis for each example, (N, ...)
    /// @param y the same number of classes, (N), or of rows of them, (N, ...)
    public static Batches<Examples<Indices>> of(Tensor x, Indices y, int size) {
        requireSameCount(x, y.shape());
        return of(count(x), size, rows -> new Examples<>(take(x, rows), take(y, rows)));
    }

    /// Batches of inputs and the numbers that are to come out.
    ///
    /// @param x one entry of the first axis for each example, (N, ...)
    /// @param y the same number of entries, (N, ...)
    public static Batches<Examples<Tensor>> of(Tensor x, Tensor y, int size) {
        requireSameCount(x, y.shape());
        return of(count(x), size, rows -> new Examples<>(take(x, rows), take(y, rows)));
    }

    /// Batches of inputs alone.
    ///
    /// @param x one entry of the first axis for each example, (N, ...)
    public static Batches<Tensor> of(Tensor x, int size) {
        return of(count(x), size, rows -> take(x, rows));
    }

    /// Batches of records.
    ///
    /// @param examples not copied
    public static <R> Batches<List<R>> of(List<R> examples, int size) {
        return of(examples.size(), size, rows -> IntStream.of(rows).mapToObj(examples::get).toList());
    }

    // ---- How ----

    /// The same with the examples of each epoch in an order of its own, a function of the seed and the number of the epoch.
    public Batches<B> shuffled(long seed) {
        return new Batches<>(count, size, load, Optional.of(seed), remainder, background);
    }

    /// The same, shuffled by the thread's next seed ([Seed#next]).
    public Batches<B> shuffled() {
        return shuffled(Seed.next());
    }

    /// The same without the last batch of an epoch where that would be smaller; in another order, others are left out.
    public Batches<B> dropRemainder() {
        if (count < size) {
            throw new IllegalArgumentException(
                    "Batches.dropRemainder: there must be at least one whole batch of " + size
                            + " examples; got " + count + "; make the batches smaller");
        }
        return new Batches<>(count, size, load, seed, false, background);
    }

    /// The same with batches made on a thread of their own while the last one is in use, up to two ahead. They are the same ones. Of
    /// use where making them takes time: reading files, decoding pictures. What is thrown there is thrown here, by the iterator,
    /// when it comes to that batch. An iterator that is left in the middle leaves no thread behind.
    public Batches<B> inBackground() {
        return new Batches<>(count, size, load, seed, remainder, true);
    }

    // ---- The batches ----

    /// How many batches an epoch has.
    public long perEpoch() {
        return remainder ? Math.ceilDiv(count, size) : count / size;
    }

    /// A batch by its number, from 0 on through all epochs; made by the thread that asks.
    public B batch(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("Batches.batch: number must be at least 0; got " + number);
        }
        int from = (int) (number % perEpoch()) * size;
        return load.apply(rows(number / perEpoch(), from, Math.min(count, from + size)));
    }

    /// The batches of an epoch, from 0 on. Going through them again gives the same ones.
    public Iterable<B> epoch(long epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("Batches.epoch: epoch must be at least 0; got " + epoch);
        }
        long begin = Math.multiplyExact(epoch, perEpoch()), end = begin + perEpoch();
        return () -> background ? new Ahead<>(begin, end, ROOM, this::batch)
                : LongStream.range(begin, end).mapToObj(this::batch).iterator();
    }

    /// The next epoch: the first call gives epoch 0.
    @Override
    public Iterator<B> iterator() {
        return epoch(nextEpoch.getAndIncrement()).iterator();
    }

    /// All batches of epoch 0, in memory: to validate on.
    public List<B> toList() {
        List<B> batches = new ArrayList<>();
        epoch(0).forEach(batches::add);
        return List.copyOf(batches);
    }

    @Override
    public String toString() {
        return "Batches[%d examples by %d%s]".formatted(count, size,
                seed.map(s -> ", shuffled by " + s).orElse(""));
    }

    private int[] rows(long epoch, int from, int to) {
        return seed.isPresent() ? Arrays.copyOfRange(order(epoch).rows, from, to) : IntStream.range(from, to).toArray();
    }

    /// The order of an epoch; the last one is kept.
    private Order order(long epoch) {
        Order kept = order;
        if (kept.epoch != epoch) {
            kept = new Order(epoch, permutation(count, SplitMix.at(seed.orElseThrow(), epoch)));
            order = kept;
        }
        return kept;
    }

    /// The numbers below `n`, shuffled: place i from the end takes one of those before it or its own, each with equal chance
    /// (Fisher and Yates; Durstenfeld, Algorithm 235, 1964).
    private static int[] permutation(int n, long seed) {
        int[] rows = IntStream.range(0, n).toArray();
        for (int i = n - 1; i > 0; i--) {
            int j = SplitMix.below(i + 1, seed, i), row = rows[i];
            rows[i] = rows[j];
            rows[j] = row;
        }
        return rows;
    }

    private static int count(Tensor x) {
        if (x.shape().rank() == 0) {
            throw new IllegalArgumentException("Batches: x must have a first axis, one entry for each example; got ()");
        }
        return x.dim(0);
    }

    private static void requireSameCount(Tensor x, Shape y) {
        if (y.rank() == 0 || count(x) != y.dim(0)) {
            throw new IllegalArgumentException(
                    "Batches: x and y must have the same first axis, one entry for each example; got x %s, y %s"
                            .formatted(x.shape(), y));
        }
    }

    /// The entries of the first axis with these numbers, on floats that no tape owns.
    private static Tensor take(Tensor x, int[] rows) {
        Shape shape = x.shape().with(0, rows.length);
        Tensor y = Tensor.adopt(shape, new float[shape.size()]);
        Backend.kernels().gather().gather(x.data(), rows, x.size() / x.dim(0), y.data());
        return y;
    }

    private static Indices take(Indices x, int[] rows) {
        int columns = x.values().length / x.shape().dim(0);
        int[] values = new int[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(x.values(), rows[i] * columns, values, i * columns, columns);
        }
        return new Indices(values, x.shape().with(0, rows.length));
    }
}
