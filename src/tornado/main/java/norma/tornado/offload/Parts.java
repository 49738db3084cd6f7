package norma.tornado.offload;

/// In how many parts each of many sums is taken, so that there is enough to do at once and a part is worth an iteration. A sum
/// goes over runs of elements in one piece, one from each of several examples.
///
/// @param outer parts of the examples
/// @param inner parts of each run
record Parts(int outer, int inner) {
    private static final int MANY = 1024;
    private static final int LONG = 1024;
    private static final int SHORT = 128;
    private static final int MOST_INNER = 64;
    private static final int MOST = 512;
    private static final int ENOUGH = 1 << 14;

    /// For so many sums.
    static Parts of(int sums, int examples, int run) {
        int inner = Math.clamp(run / (sums < MANY ? SHORT : LONG), 1, MOST_INNER);
        long each = (long) examples * run / inner;
        long outer = Math.min(ENOUGH / Math.max(1L, (long) sums * inner), Math.min(each / SHORT, MOST / inner));
        return new Parts(Math.clamp(outer, 1, Math.max(1, examples)), inner);
    }

    /// Parts of a row of `columns` elements.
    static int ofRow(int rows, int columns) {
        return of(rows, 1, columns).inner;
    }

    /// Rows whose shares of a column's sum one iteration adds up: about as many as there are blocks then.
    static int block(int rows) {
        return Math.max(32, (int) Math.sqrt(rows));
    }

    /// Parts of a sum.
    int count() {
        return outer * inner;
    }
}
