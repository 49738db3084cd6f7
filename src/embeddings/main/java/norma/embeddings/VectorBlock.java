package norma.embeddings;

import norma.parallel.Workers;

/// Vectors one behind the other that are compared with queries at once: few enough to be read in one go, enough for a product of
/// matrices.
///
/// @param rows (R, D), of which the first `count` are vectors
/// @param lengths |row| of each of them, in double
/// @param count how many there are
record VectorBlock(float[] rows, double[] lengths, int count) {
    private static final int FLOATS = 1 << 20;

    /// How many vectors a block has at most.
    static int most(int dimensions) {
        return Math.max(1, FLOATS / dimensions);
    }

    /// A block of all rows of an array.
    static VectorBlock of(float[] rows, int dimensions) {
        double[] lengths = new double[rows.length / dimensions];
        Workers.split(lengths.length, Workers.grain(dimensions), (from, to) -> {
            for (int i = from; i < to; i++) {
                lengths[i] = length(rows, i * dimensions, dimensions);
            }
        });
        return new VectorBlock(rows, lengths, lengths.length);
    }

    /// Four sums side by side, since one would wait for each addition.
    static double length(float[] row, int at, int dimensions) {
        double a = 0, b = 0, c = 0, d = 0;
        int i = at;
        for (; i + 4 <= at + dimensions; i += 4) {
            a += (double) row[i] * row[i];
            b += (double) row[i + 1] * row[i + 1];
            c += (double) row[i + 2] * row[i + 2];
            d += (double) row[i + 3] * row[i + 3];
        }
        for (; i < at + dimensions; i++) {
            a += (double) row[i] * row[i];
        }
        return Math.sqrt(a + b + c + d);
    }
}
