package norma.embeddings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Vectors in memory, among which the nearest to a query are found by comparing it with each.
///
/// ```java
/// VectorIndex index = VectorIndex.of(Metric.COSINE, encoder.dimensions());
/// index.add(encoder.encodePassages(texts));
/// for (VectorIndex.Hit hit : index.nearest(encoder.encodeQuery("a question"), 10)) {
///     System.out.println(hit.value() + " " + texts.get((int) hit.number()));
/// }
/// ```
///
/// Values are those of [Metric#of], computed in double. Equally near vectors keep the order in which they were added. Results have
/// the same bits on any number of threads. Each vector takes four bytes an element and eight more; they lie in arrays of some
/// megabytes, so that memory is the only limit of their number.
///
/// Many threads may search while others add: a search sees what was added before it began, and of one call all or nothing.
public final class VectorIndex {

    /// A vector that was found.
    ///
    /// @param number how many were added before it
    /// @param value its metric's value
    public record Hit(long number, double value) {
    }

    /// Vectors that a block has room for when it is begun.
    private static final int FIRST = 16;

    private static final VectorBlock EMPTY = new VectorBlock(new float[0], new double[0], 0);

    private final Metric metric;
    private final int dimensions;
    private volatile List<VectorBlock> blocks = List.of();

    private VectorIndex(Metric metric, int dimensions) {
        if (dimensions < 1) {
            throw new IllegalArgumentException("VectorIndex: dimensions must be at least 1; got " + dimensions);
        }
        this.metric = metric;
        this.dimensions = dimensions;
    }

    /// An index without vectors.
    public static VectorIndex of(Metric metric, int dimensions) {
        return new VectorIndex(metric, dimensions);
    }

    /// How near vectors are.
    public Metric metric() {
        return metric;
    }

    /// How many elements a vector has.
    public int dimensions() {
        return dimensions;
    }

    /// How many vectors there are.
    public long size() {
        return blocks.stream().mapToLong(VectorBlock::count).sum();
    }

    /// Adds copies of vectors behind the others.
    ///
    /// @throws IllegalArgumentException if one has another length, NaN or an infinity; nothing is added then
    public synchronized void add(float[]... vectors) {
        check(dimensions, vectors);
        List<VectorBlock> grown = new ArrayList<>(blocks);
        for (int from = 0, count; from < vectors.length; from += count) {
            VectorBlock last = hasRoom(grown) ? grown.removeLast() : EMPTY;
            count = Math.min(VectorBlock.most(dimensions) - last.count(), vectors.length - from);
            grown.add(with(last, Arrays.asList(vectors).subList(from, from + count)));
        }
        blocks = List.copyOf(grown);
    }

    private boolean hasRoom(List<VectorBlock> blocks) {
        return !blocks.isEmpty() && blocks.getLast().count() < VectorBlock.most(dimensions);
    }

    /// A block with more vectors, in the same arrays if they have room: those who search read no further than their block's count.
    private VectorBlock with(VectorBlock block, List<float[]> vectors) {
        int count = block.count() + vectors.size();
        boolean room = count <= block.lengths().length;
        int capacity = Math.min(VectorBlock.most(dimensions), Math.max(FIRST, 2 * count));
        float[] rows = room ? block.rows() : Arrays.copyOf(block.rows(), capacity * dimensions);
        double[] lengths = room ? block.lengths() : Arrays.copyOf(block.lengths(), capacity);
        for (int i = block.count(); i < count; i++) {
            System.arraycopy(vectors.get(i - block.count()), 0, rows, i * dimensions, dimensions);
            lengths[i] = VectorBlock.length(rows, i * dimensions, dimensions);
        }
        return new VectorBlock(rows, lengths, count);
    }

    /// Takes a block that nobody else writes to, behind the others.
    synchronized void adopt(VectorBlock block) {
        List<VectorBlock> grown = new ArrayList<>(blocks);
        grown.add(block);
        blocks = List.copyOf(grown);
    }

    /// The k vectors nearest to a query, from the nearest on; all of them if there are fewer.
    ///
    /// @throws IllegalArgumentException if k is less than 1, or the query has another length, NaN or an infinity
    public List<Hit> nearest(float[] query, int k) {
        return nearest(new float[][] {query}, k).getFirst();
    }

    /// The same for many queries, which takes less time than one after the other.
    public List<List<Hit>> nearest(float[][] queries, int k) {
        Search search = new Search(metric, dimensions, k, queries);
        blocks.forEach(search::pass);
        return search.hits();
    }

    /// Throws unless all can be compared.
    static void check(int dimensions, float[]... vectors) {
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].length != dimensions) {
                throw new IllegalArgumentException(
                        "VectorIndex: vectors must have %d elements; number %d has %d; is it of another model?"
                                .formatted(dimensions, i, vectors[i].length));
            }
            for (int j = 0; j < dimensions; j++) {
                if (!Float.isFinite(vectors[i][j])) {
                    throw new IllegalArgumentException(
                            "VectorIndex: vectors must be finite, or nothing could be compared with them; element %d of number %d is %s"
                                    .formatted(j, i, vectors[i][j]));
                }
            }
        }
    }
}
