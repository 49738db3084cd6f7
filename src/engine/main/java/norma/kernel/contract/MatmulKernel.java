package norma.kernel.contract;

import java.util.Arrays;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.Matrix;

/// Matrix products.
public interface MatmulKernel {

    /// C = f(A B + bias), for each matrix of the batch.
    ///
    /// A row of C does not depend on the other rows. On a CPU every element of C is one chain of fused multiply-adds in
    /// the order of k that starts from the bias, so all kernel sets give the same product bit for bit; a device may round
    /// otherwise.
    ///
    /// @param a (batch, m, k), any strides
    /// @param b (batch, k, n), any strides
    /// @param c (batch, m, n), `columnStride` 1; must not overlap a or b
    /// @param epilogue what happens to a finished row of C while it is in cache
    default void multiply(Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        check(a, b, c, epilogue);
        if (c.batch() == 0 || c.rows() == 0 || c.columns() == 0) {
            return;
        }
        MatmulLoops.multiply(a, b, c, epilogue);
    }

    /// B laid out as these kernels read it, for many products: the weight of a layer that no longer learns.
    ///
    /// @param b (1, k, n), any strides; must not change afterwards, since it may be kept
    default Packed pack(Matrix b) {
        requireOne(b);
        return (a, c, epilogue) -> multiply(a, b, c, epilogue);
    }

    /// A factor that was packed.
    interface Packed {
        /// C = f(A B + bias), with the bits that [MatmulKernel#multiply] gives.
        ///
        /// @param a (1, m, k), any strides
        /// @param c (1, m, n), `columnStride` 1; must not overlap a
        /// @param epilogue as for [MatmulKernel#multiply]
        void multiply(Matrix a, Matrix c, Epilogue epilogue);
    }

    /// Throws unless there is one matrix to be packed.
    static void requireOne(Matrix b) {
        if (b.batch() != 1) {
            throw new IllegalArgumentException("Matmul: what is packed must be one matrix; got " + shape(b));
        }
    }

    /// Throws unless the shapes agree.
    static void check(Matrix a, Matrix b, Matrix c, Epilogue epilogue) {
        if (a.rows() != c.rows() || a.columns() != b.rows() || b.columns() != c.columns()
                || a.batch() != c.batch() || b.batch() != c.batch()) {
            throw new IllegalArgumentException(("Matmul: a must be (batch, m, k), b (batch, k, n), c (batch, m, n); "
                    + "got a %s, b %s, c %s; transpose one?").formatted(shape(a), shape(b), shape(c)));
        }
        if (c.columnStride() != 1 && c.columns() > 1) {
            throw new IllegalArgumentException("Matmul: the columns of c must lie side by side; got columnStride "
                    + c.columnStride() + "; swap the operands and transpose all three");
        }
        if (epilogue.bias != null && epilogue.bias.length() != c.columns()) {
            throw new IllegalArgumentException("Matmul: bias must hold one float for each of the " + c.columns()
                    + " columns of c; got " + epilogue.bias.length());
        }
        if (epilogue.preactivation != null && epilogue.preactivation.length() < c.data().length()) {
            throw new IllegalArgumentException("Matmul: preactivation is laid out as c and must hold "
                    + c.data().length() + " floats; got " + epilogue.preactivation.length());
        }
    }

    private static String shape(Matrix x) {
        return "(" + x.batch() + ", " + x.rows() + ", " + x.columns() + ")";
    }

    /// What is done to each finished row of C: `C += bias`, then `preactivation = C`, then `C = f(C)`.
    ///
    /// @param accumulate whether C keeps what it held and the product is added to it
    /// @param bias (n), added to every row, or null
    /// @param preactivation where to keep A B + bias, laid out as C, or null
    /// @param activation f
    record Epilogue(boolean accumulate, Floats bias, Floats preactivation, Activation activation) {

        /// C = A B
        public static final Epilogue NONE = new Epilogue(false, null, null, Activation.IDENTITY);

        /// C += A B
        public static final Epilogue ACCUMULATE = new Epilogue(true, null, null, Activation.IDENTITY);

        /// C = A B + bias
        public static Epilogue bias(Floats bias) {
            return new Epilogue(false, bias, null, Activation.IDENTITY);
        }

        /// Sets part of a row of C to what its sum starts from: what it held if the product is added to it, plus the
        /// bias.
        ///
        /// @param c the array of C
        /// @param at index in it of the part's first element
        /// @param column that element's column
        /// @param count length of the part
        public void begin(float[] c, int at, int column, int count) {
            if (bias == null) {
                if (!accumulate) {
                    Arrays.fill(c, at, at + count, 0);
                }
            } else if (!accumulate) {
                System.arraycopy(bias.array(), bias.offset() + column, c, at, count);
            } else {
                for (int j = 0; j < count; j++) {
                    c[at + j] += bias.array()[bias.offset() + column + j];
                }
            }
        }

        /// Keeps the preactivation of part of a finished row of C, and applies the activation to it.
        ///
        /// @param c where C lies
        /// @param at index in its array of the part's first element
        /// @param count length of the part
        /// @param elementwise who applies the activation
        public void end(Floats c, int at, int count, ElementwiseKernel elementwise) {
            if (preactivation != null) {
                System.arraycopy(c.array(), at, preactivation.array(), preactivation.offset() + at - c.offset(), count);
            }
            if (activation != Activation.IDENTITY) {
                Floats row = new Floats(c.array(), at, count);
                elementwise.activate(activation, row, row);
            }
        }
    }
}
