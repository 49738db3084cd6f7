package norma.nn;

import java.util.Locale;
import java.util.Optional;
import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// y = f(x W^T + b) on the last axis, with bias and activation done while the product is in cache.
///
/// Shapes: x (..., in), W (out, in), b (out), y (..., out).
///
/// ```java
/// Linear up = Linear.of(256, 1024).then(Activation.GELU_TANH);
/// Linear head = Linear.of(tokens.table());       // the weight of another layer, no bias
/// ```
///
/// @param weight W
/// @param bias b
/// @param activation f
public record Linear(Weight weight, Optional<Param> bias, Activation activation) implements Layer {

    /// x W^T with the given weight.
    public static Linear of(Weight weight) {
        return new Linear(weight, Optional.empty(), Activation.IDENTITY);
    }

    /// x W^T + b with the given parameters.
    public static Linear of(Weight weight, Param bias) {
        return of(weight).withBias(bias);
    }

    /// A layer with the first values of [#of(Init, int, int)], of the thread's next seed.
    public static Linear of(int in, int out) {
        return of(Init.next(), in, out);
    }

    /// A layer with W uniform in +- sqrt(6 / (in + out)), which keeps the variance of what goes there and of gradients that come
    /// back (Glorot & Bengio 2010), and b of zeros.
    public static Linear of(Init init, int in, int out) {
        return of(init.xavier("weight", 1, out, in), Init.constant(0, out));
    }

    /// A layer with W of N(0, std^2) and b of zeros.
    public static Linear of(Init init, int in, int out, double std) {
        return of(init.normal("weight", std, out, in), Init.constant(0, out));
    }

    /// The same with another W.
    public Linear with(Weight other) {
        return new Linear(other, bias, activation);
    }

    /// The same with another b.
    public Linear withBias(Param other) {
        return new Linear(weight, Optional.of(other), activation);
    }

    /// The same without b.
    public Linear withoutBias() {
        return new Linear(weight, Optional.empty(), activation);
    }

    /// The same parameters with another f.
    public Linear then(Activation f) {
        return new Linear(weight, bias, f);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        return weight.linear(x, bias, activation);
    }

    /// x W^T
    public static Tensor apply(Tensor x, Tensor w) {
        return fused(x, w, null, Activation.IDENTITY);
    }

    /// x W^T + b
    public static Tensor apply(Tensor x, Tensor w, Tensor b) {
        return fused(x, w, b, Activation.IDENTITY);
    }

    /// f(x W^T)
    public static Tensor apply(Tensor x, Tensor w, Activation f) {
        return fused(x, w, null, f);
    }

    /// f(x W^T + b)
    public static Tensor apply(Tensor x, Tensor w, Tensor b, Activation f) {
        return fused(x, w, b, f);
    }

    // without a bias, b is null
    static Tensor fused(Tensor x, Tensor w, Tensor b, Activation f) {
        requireShapes(x, w.shape(), b);
        Tensor y = Tensor.empty(x.shape().with(-1, w.dim(0)));
        // only the backward pass asks for z
        boolean recorded = Tape.records(x) || Tape.records(w) || b != null && Tape.records(b);
        Tensor z = f == Activation.IDENTITY || !recorded ? null : Tensor.empty(y.shape());
        Backend.kernels().matmul().multiply(rows(x), Matrix.of(w.data(), w.dim(0), w.dim(1)).transpose(), rows(y),
                new MatmulKernel.Epilogue(false, floats(b), floats(z), f));
        return Tape.record(new Fused(x, w, b, f, z), y);
    }

    static void requireShapes(Tensor x, Shape w, Tensor b) {
        if (w.rank() != 2 || x.shape().rank() == 0 || x.dim(-1) != w.dim(1)) {
            throw new IllegalArgumentException(
                    "Linear: last axis of x %s must be %d, the columns of the weight %s; transpose x?"
                            .formatted(x.shape(), w.dim(-1), w));
        }
        if (b != null && !b.shape().equals(Shape.of(w.dim(0)))) {
            throw new IllegalArgumentException(
                    "Linear: bias must be (%d), the rows of the weight; got %s".formatted(w.dim(0), b.shape()));
        }
    }

    /// With z = x W^T + b and dz = dy f'(z): dx = dz W, dW = dz^T x, db = sum of dz over rows.
    record Fused(Tensor x, Tensor w, Tensor b, Activation f, Tensor z) implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return b == null ? new Tensor[] {x, w} : new Tensor[] {x, w, b};
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            var kernels = Backend.kernels();
            Tensor dz = dy;
            if (z != null) {
                dz = Tensor.empty(dy.shape());
                kernels.elementwise().activateBackward(f, z.data(), dy.data(), dz.data());
            }
            Tensor dx = null;
            if (x.tracked()) {
                dx = Tensor.empty(x.shape());
                kernels.matmul().multiply(rows(dz), Matrix.of(w.data(), w.dim(0), w.dim(1)), rows(dx),
                        MatmulKernel.Epilogue.NONE);
            }
            Tensor dw = null;
            if (w.tracked()) {
                dw = Tensor.empty(w.shape());
                kernels.matmul().multiply(rows(dz).transpose(), rows(x), Matrix.of(dw.data(), w.dim(0), w.dim(1)),
                        MatmulKernel.Epilogue.NONE);
            }
            if (b == null) {
                return new Tensor[] {dx, dw};
            }
            Tensor db = Tensor.empty(b.shape());
            kernels.reduction().sum(dz.data(), db.data(), 1, dz.shape().rows(), dz.dim(-1));
            return new Tensor[] {dx, dw, db};
        }

        @Override
        public Tensor definition() {
            Tensor product =
                    x.reshape(x.shape().rows(), x.dim(-1)).matmulTransposed(w).reshape(x.shape().with(-1, w.dim(0)));
            return (b == null ? product : product.add(b)).activate(f);
        }

        @Override
        public String name() {
            return "linear" + (f == Activation.IDENTITY ? "" : "+" + f.name().toLowerCase(Locale.ROOT));
        }
    }

    static Matrix rows(Tensor x) {
        return Matrix.of(x.data(), x.shape().rows(), x.dim(-1));
    }

    private static Floats floats(Tensor x) {
        return x == null ? null : x.data();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("weight", weight).add("bias", bias);
    }
}
