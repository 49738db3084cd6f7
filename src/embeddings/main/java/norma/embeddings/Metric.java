package norma.embeddings;

/// How near two vectors are.
public enum Metric {
    /// The cosine of the angle between them, whatever their lengths: the larger the nearer.
    COSINE {
        @Override
        public double of(float[] x, float[] y) {
            return Vectors.cosine(x, y);
        }

        @Override
        double nearest(double dot, double x, double y) {
            return x == 0 || y == 0 ? 0 : dot / (x * y);
        }
    },

    /// Their dot product: the larger the nearer.
    DOT {
        @Override
        public double of(float[] x, float[] y) {
            return Vectors.dot(x, y);
        }

        @Override
        double nearest(double dot, double x, double y) {
            return dot;
        }
    },

    /// The distance between their ends: the smaller the nearer.
    EUCLIDEAN {
        @Override
        public double of(float[] x, float[] y) {
            return Vectors.euclidean(x, y);
        }

        @Override
        double nearest(double dot, double x, double y) {
            double squares = x * x + y * y;
            return -Math.sqrt(Math.max(0, squares * (1 - ROUNDING) - 2 * dot));
        }
    };

    /// More than sums and products in double are off, relative to their terms.
    private static final double ROUNDING = 1e-11;

    /// The value for two vectors, its sums in double.
    public abstract double of(float[] x, float[] y);

    /// The value as a number that is larger for nearer vectors.
    double nearness(double value) {
        return this == EUCLIDEAN ? -value : value;
    }

    /// A number that the nearness of two vectors does not exceed.
    ///
    /// @param dot what their product does not exceed, with some room for what double rounds
    /// @param x the length of one
    /// @param y the length of the other
    abstract double nearest(double dot, double x, double y);
}
