package norma.tensor;

import static norma.tensor.Axes.keepDims;

import java.util.List;
import java.util.Locale;
import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.ElementwiseKernel.Binary;
import norma.kernel.contract.ElementwiseKernel.Unary;

/// A dense row-major array of floats with a shape, and the algebra on it.
///
/// Operations return new tensors; reshaping and slicing the leading axis give views on the same floats. Operands of
/// different shapes are aligned at their last axis, and axes of size 1 are repeated. While a [Tape] is open on the thread,
/// operations whose inputs are tracked record themselves on it.
public final class Tensor {
    private final Shape shape;
    private final Floats data;
    private final Tape owner;
    private final Variable variable;
    private final Writes writes;
    private Op op;
    private int position = -1;
    private boolean isOne;
    private boolean untaped;

    private Tensor(Shape shape, Floats data, Tape owner, Variable variable, Writes writes) {
        if (shape.size() != data.length()) {
            throw new IllegalArgumentException(
                    "Tensor: %s holds %d elements; got %d".formatted(shape, shape.size(), data.length()));
        }
        this.shape = shape;
        this.data = data;
        this.owner = owner;
        this.variable = variable;
        this.writes = writes;
    }

    // ---- Making tensors ----

    /// A tensor of these values, which are copied.
    public static Tensor of(Shape shape, float... values) {
        return adopt(shape, values.clone());
    }

    /// A tensor on these floats, which are not copied.
    public static Tensor of(Shape shape, Floats values) {
        return new Tensor(shape, values, null, null, new Writes());
    }

    /// A tensor on this array, which is its own from now on: nobody else may write to it.
    public static Tensor adopt(Shape shape, float[] values) {
        return of(shape, Backend.kernels().transfer().adopt(values));
    }

    /// One number, shape ().
    public static Tensor scalar(float value) {
        return of(Shape.SCALAR, value);
    }

    /// All elements equal.
    public static Tensor full(Shape shape, float value) {
        return empty(shape).fill(value);
    }

    /// The matrix (n, n) with 1 on its diagonal and 0 elsewhere.
    public static Tensor identity(int n) {
        float[] values = new float[n * n];
        for (int i = 0; i < n; i++) {
            values[i * (n + 1)] = 1;
        }
        return adopt(Shape.of(n, n), values);
    }

    /// The gradient 1 of a loss with respect to itself, which a backward pass starts from.
    static Tensor one(Shape shape) {
        Tensor one = full(shape, 1);
        one.isOne = true;
        return one;
    }

    /// All elements 0.
    public static Tensor zeros(int... dims) {
        return full(Shape.of(dims), 0);
    }

    /// Undefined contents, in a buffer of the current tape if one is open: where an operation writes its result.
    public static Tensor empty(Shape shape) {
        return Tape.current().map(tape -> new Tensor(shape, tape.allocate(shape.size()), tape, null, null))
                .orElseGet(() -> of(shape, Floats.zeros(shape.size())));
    }

    /// A tensor on the same floats that gradients are wanted for: a parameter, or an input under study.
    public Tensor variable() {
        return new Tensor(shape, data(), owner, new Variable(), writes);
    }

    /// A tensor on the same floats that no gradient flows through.
    public Tensor detach() {
        return new Tensor(shape, data(), owner, null, writes);
    }

    /// A copy on floats of its own, which outlives every tape.
    public Tensor copy() {
        return adopt(shape, toArray());
    }

    /// The same floats in another shape or a part of them, untracked; for operations that are views.
    Tensor view(Shape shape, Floats data) {
        return new Tensor(shape, data, owner, null, writes);
    }

    // ---- What it is ----

    /// The shape.
    public Shape shape() {
        return shape;
    }

    /// Number of elements.
    public int size() {
        return shape.size();
    }

    /// Size of an axis; negative axes count from the end.
    public int dim(int axis) {
        return shape.dim(axis);
    }

    /// The floats, shared: what kernels read and write. Throws once the tape that owns them is closed.
    public Floats data() {
        if (owner != null && owner.closed()) {
            throw new IllegalStateException(
                    this + ": its tape is closed and its floats are gone; copy() it before the tape closes");
        }
        return data;
    }

    /// The array that the floats lie in: which buffer it is, never what is in it.
    float[] array() {
        return data.array();
    }

    /// A copy of the elements, row-major.
    public float[] toArray() {
        float[] values = new float[size()];
        Backend.kernels().transfer().read(data(), values, 0);
        return values;
    }

    /// The only element.
    public float item() {
        if (size() != 1) {
            throw new IllegalStateException("Tensor.item: must have one element; got " + this);
        }
        return toArray()[0];
    }

    /// Sets every element; for tensors that no operation has read yet. Returns this.
    public Tensor fill(float value) {
        Backend.kernels().elementwise().fill(value, data());
        markWritten();
        return this;
    }

    /// Sets the elements, row-major; for tensors that no operation has read yet.
    public void set(float... values) {
        requireSize(values.length);
        Backend.kernels().transfer().write(values, 0, data());
        markWritten();
    }

    /// Copies the elements of another tensor of this size; for tensors that no operation has read yet.
    public void set(Tensor source) {
        requireSize(source.size());
        Backend.kernels().elementwise().copy(source.data(), data());
        markWritten();
    }

    /// Says that its floats were written to in another way than by [#set]: a kernel did, by way of [#data]. A backward pass through
    /// operations that have read them before then refuses to go on with numbers of two moments.
    public void markWritten() {
        if (writes != null) {
            writes.mark();
        }
    }

    /// Whether its floats were written to since a moment of [Writes#now]; those of a tape's results are not watched.
    boolean writtenSince(long moment) {
        return writes != null && writes.since(moment);
    }

    private void requireSize(int values) {
        if (values != size()) {
            throw new IllegalArgumentException(
                    "Tensor.set: must have as many values as elements; got %d for %s".formatted(values, shape));
        }
    }

    // ---- Gradients ----

    /// Whether gradients flow through it: it is a variable, or the result of a recorded operation on tracked tensors.
    public boolean tracked() {
        return variable != null || op != null;
    }

    /// Whether it is the gradient of a loss with respect to itself: what is scaled by it need not be. Known without a look at
    /// the element.
    public boolean isOne() {
        return isOne;
    }

    /// Place of its operation on the tape, -1 for a tensor that no recorded operation made.
    int position() {
        return position;
    }

    void made(Op op, int position) {
        this.op = op;
        this.position = position;
    }

    /// Whether it would depend on a variable if a tape had been open.
    boolean untaped() {
        return untaped;
    }

    void markUntaped() {
        untaped = true;
    }

    /// What it has as a variable.
    Variable asVariable() {
        return variable;
    }

    /// Says that this is a layer's parameter: if it is a variable, an optimizer complains when a backward pass reaches it and nobody
    /// has listed it.
    public void markLearned() {
        if (variable != null) {
            variable.learned = true;
        }
    }

    /// Says that this is in a list of parameters, where an optimizer finds it.
    public void markListed() {
        if (variable != null) {
            variable.listed = true;
        }
    }

    /// The parameters without a list ([#markLearned], [#markListed]) that were reached by the last backward pass that reached this
    /// variable: nobody trains them.
    public List<Tensor> unlistedBeside() {
        return variable == null ? List.of() : variable.unlistedBeside();
    }

    /// Whether a backward pass has reached this variable since [#clearGradient()].
    public boolean hasGradient() {
        return variable != null && variable.hasGradient();
    }

    /// The gradient summed over the backward passes since [#clearGradient()]; its floats live outside every tape.
    public Tensor gradient() {
        if (!hasGradient()) {
            throw new IllegalStateException(this + ": has no gradient; it must be a variable that the loss depends on");
        }
        return of(shape, variable.gradient());
    }

    /// Releases the floats of a gradient that was cleared to the pool from which the next one is acquired.
    void releaseClearedGradient(BufferPool pool) {
        Floats cleared = variable == null ? null : variable.takeCleared();
        if (cleared != null) {
            pool.release(cleared.array());
        }
    }

    /// Forgets the gradient; the next backward pass starts from zero and takes over the floats of this one.
    public void clearGradient() {
        if (variable != null) {
            variable.clear();
        }
    }

    // ---- Arithmetic, with broadcasting ----

    /// this + b
    public Tensor add(Tensor b) {
        return BinaryOp.of(Binary.ADD, this, b);
    }

    /// this - b
    public Tensor subtract(Tensor b) {
        return BinaryOp.of(Binary.SUBTRACT, this, b);
    }

    /// this * b, element by element
    public Tensor multiply(Tensor b) {
        return BinaryOp.of(Binary.MULTIPLY, this, b);
    }

    /// this / b
    public Tensor divide(Tensor b) {
        return BinaryOp.of(Binary.DIVIDE, this, b);
    }

    /// this to the power b; for a gradient of b, this must be positive
    public Tensor power(Tensor b) {
        return BinaryOp.of(Binary.POWER, this, b);
    }

    /// The larger of the two; equal elements share the gradient.
    public Tensor maximum(Tensor b) {
        return BinaryOp.of(Binary.MAXIMUM, this, b);
    }

    /// The smaller of the two; equal elements share the gradient.
    public Tensor minimum(Tensor b) {
        return BinaryOp.of(Binary.MINIMUM, this, b);
    }

    /// 1 where equal, else 0; no gradient
    public Tensor equal(Tensor b) {
        return BinaryOp.of(Binary.EQUAL, this, b);
    }

    /// 1 where this > b, else 0; no gradient
    public Tensor greater(Tensor b) {
        return BinaryOp.of(Binary.GREATER, this, b);
    }

    /// 1 where this >= b, else 0; no gradient
    public Tensor greaterOrEqual(Tensor b) {
        return BinaryOp.of(Binary.GREATER_OR_EQUAL, this, b);
    }

    /// Where this is not 0 the element of a, else that of b; no gradient for this.
    public Tensor where(Tensor a, Tensor b) {
        return Where.of(this, a, b);
    }

    /// this + shift
    public Tensor add(float shift) {
        return Affine.of(this, 1, shift);
    }

    /// this - shift
    public Tensor subtract(float shift) {
        return Affine.of(this, 1, -shift);
    }

    /// this * scale
    public Tensor multiply(float scale) {
        return Affine.of(this, scale, 0);
    }

    /// this / divisor
    public Tensor divide(float divisor) {
        return divide(scalar(divisor));
    }

    /// this to a fixed power
    public Tensor power(float exponent) {
        return Power.of(this, exponent);
    }

    // ---- Maths functions ----

    /// -this
    public Tensor negate() {
        return UnaryOp.of(Unary.NEGATE, this);
    }

    /// |this|; gradient 0 at 0
    public Tensor abs() {
        return UnaryOp.of(Unary.ABS, this);
    }

    /// -1, 0 or 1; no gradient
    public Tensor sign() {
        return UnaryOp.of(Unary.SIGN, this);
    }

    /// this * this
    public Tensor square() {
        return UnaryOp.of(Unary.SQUARE, this);
    }

    /// Square root.
    public Tensor sqrt() {
        return UnaryOp.of(Unary.SQRT, this);
    }

    /// 1 / this
    public Tensor reciprocal() {
        return UnaryOp.of(Unary.RECIPROCAL, this);
    }

    /// e to the power this
    public Tensor exp() {
        return UnaryOp.of(Unary.EXP, this);
    }

    /// Natural logarithm.
    public Tensor log() {
        return UnaryOp.of(Unary.LOG, this);
    }

    /// Hyperbolic tangent.
    public Tensor tanh() {
        return UnaryOp.of(Unary.TANH, this);
    }

    /// 1 / (1 + exp(-this))
    public Tensor sigmoid() {
        return UnaryOp.of(Unary.SIGMOID, this);
    }

    /// Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to this.
    public Tensor erf() {
        return UnaryOp.of(Unary.ERF, this);
    }

    /// Sine, radians.
    public Tensor sin() {
        return UnaryOp.of(Unary.SIN, this);
    }

    /// Cosine, radians.
    public Tensor cos() {
        return UnaryOp.of(Unary.COS, this);
    }

    // ---- Reductions: reduced axes are dropped, unless Axes.keepDims says otherwise ----

    /// Sum of all elements, shape ().
    public Tensor sum() {
        return Reduce.sum(this);
    }

    /// Sum over the given axes.
    public Tensor sum(int... axes) {
        return sum(Axes.of(axes));
    }

    /// Sum over the given axes.
    public Tensor sum(Axes axes) {
        return Reduce.sum(this, axes);
    }

    /// Mean of all elements, shape ().
    public Tensor mean() {
        return sum().divide(size());
    }

    /// Mean over the given axes.
    public Tensor mean(int... axes) {
        return mean(Axes.of(axes));
    }

    /// Mean over the given axes.
    public Tensor mean(Axes axes) {
        return sum(axes).divide(axes.count(shape));
    }

    /// The largest element, shape (); equal ones share the gradient.
    public Tensor max() {
        return reshape(size()).max(0);
    }

    /// Largest element over the given axes; equal ones share the gradient.
    public Tensor max(int... axes) {
        return max(Axes.of(axes));
    }

    /// Largest element over the given axes; equal ones share the gradient.
    public Tensor max(Axes axes) {
        return Reduce.max(this, axes);
    }

    // ---- Shapes ----

    /// The same elements in another shape of the same size: a view.
    public Tensor reshape(Shape shape) {
        return Views.reshape(this, shape);
    }

    /// The same elements in another shape of the same size: a view. One size may be -1: it is what is left for it.
    public Tensor reshape(int... dims) {
        return reshape(shape.reshaped(dims));
    }

    /// Two axes exchanged (a copy).
    public Tensor transpose(int axis1, int axis2) {
        int[] order = new int[shape.rank()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        order[shape.axis(axis1)] = shape.axis(axis2);
        order[shape.axis(axis2)] = shape.axis(axis1);
        return permute(order);
    }

    /// Axes in another order (a copy): axis i of the result is axis `order[i]` of this.
    public Tensor permute(int... order) {
        return Views.permute(this, order);
    }

    /// Axes of size 1 repeated to the sizes of `shape` (a copy).
    public Tensor expand(Shape shape) {
        return Views.expand(this, shape);
    }

    /// Sums over the axes along which `shape` was repeated to this shape: the transpose of [#expand(Shape)].
    public Tensor reduceTo(Shape shape) {
        return Views.reduceTo(this, shape);
    }

    /// The part `[from, to)` of an axis; a view when all axes before it have size 1.
    public Tensor slice(int axis, int from, int to) {
        return Views.slice(this, axis, from, to);
    }

    /// Tensors one after the other along an axis.
    public static Tensor concat(int axis, Tensor... parts) {
        return Views.concat(axis, parts);
    }

    /// Rows of this (rows, columns) by index: shape (indices..., columns).
    public Tensor gather(Indices rows) {
        return GatherRows.of(this, rows);
    }

    // ---- Matrix products ----

    /// Matrix product over the last two axes, (..., m, k) (..., k, n) to (..., m, n); leading axes are broadcast.
    public Tensor matmul(Tensor b) {
        return MatrixProduct.of(this, false, b, false);
    }

    /// this times b transposed, (..., m, k) (..., n, k) to (..., m, n), without a copy of b.
    public Tensor matmulTransposed(Tensor b) {
        return MatrixProduct.of(this, false, b, true);
    }

    /// Shape, maker and the first elements.
    @Override
    public String toString() {
        var text = new StringBuilder(op != null ? op.name() : variable != null ? "variable" : "Tensor").append(shape);
        if (owner != null && owner.closed()) {
            return text.toString();
        }
        float[] first = of(Shape.of(Math.min(size(), 6)), data.slice(0, Math.min(size(), 6))).toArray();
        text.append(" [");
        for (int i = 0; i < first.length; i++) {
            text.append(i == 0 ? "" : ", ").append(String.format(Locale.ROOT, "%.5g", first[i]));
        }
        return text.append(size() > 6 ? ", ...]" : "]").toString();
    }
}
