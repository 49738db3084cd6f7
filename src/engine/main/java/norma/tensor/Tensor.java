package norma.tensor;

import java.util.List;
import norma.backend.Backend;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.contract.ElementwiseKernel.Binary;
import norma.kernel.contract.ElementwiseKernel.Unary;

/// A dense row-major array of floats with a shape, and the algebra on it. Float32 is the only type of element; whole numbers that
/// choose elements are [Indices], and truth is 1 and 0.
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

    /// The gradient 1 of a loss with respect to itself, which a backward pass starts from.
    static Tensor one(Shape shape) {
        Tensor one = full(shape, 1);
        one.isOne = true;
        return one;
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

    // ---- Made by a rule ----

    /// A vector of these values, which are copied.
    public static Tensor of(float... values) {
        return of(Shape.of(values.length), values);
    }

    /// A matrix, one row for each array, all of one length.
    public static Tensor of(float[][] rows) {
        return Made.of(rows);
    }

    /// Matrices one behind the other (planes, rows, columns), all of one shape.
    public static Tensor of(float[][][] planes) {
        return Made.of(planes);
    }

    /// All elements 0.
    public static Tensor zeros(int... dims) {
        return full(Shape.of(dims), 0);
    }

    /// All elements 1.
    public static Tensor ones(int... dims) {
        return full(Shape.of(dims), 1);
    }

    /// The matrix (n, n) with 1 on its diagonal and 0 elsewhere.
    public static Tensor eye(int n) {
        return Made.eye(n);
    }

    /// The numbers 0, 1, ..., n - 1.
    public static Tensor arange(int n) {
        return Made.arange(0, n, 1);
    }

    /// The numbers from, from + step, ... before `to`; the step may be negative.
    public static Tensor arange(double from, double to, double step) {
        return Made.arange(from, to, step);
    }

    /// `count` numbers at equal distances, the first `from` and the last `to`.
    public static Tensor linspace(double from, double to, int count) {
        return Made.linspace(from, to, count);
    }

    /// Numbers uniform in [low, high), the same for the same seed and shape.
    public static Tensor randomUniform(long seed, float low, float high, Shape shape) {
        return Made.randomUniform(seed, low, high, shape);
    }

    /// Numbers uniform in [0, 1), from the next [Seed].
    public static Tensor randomUniform(int... dims) {
        return randomUniform(Seed.next(), 0, 1, Shape.of(dims));
    }

    /// Numbers of N(0, 1), the same for the same seed and shape.
    public static Tensor randomNormal(long seed, Shape shape) {
        return Made.randomNormal(seed, shape);
    }

    /// Numbers of N(0, 1), from the next [Seed].
    public static Tensor randomNormal(int... dims) {
        return randomNormal(Seed.next(), Shape.of(dims));
    }

    /// A row for each class with 1 at its place and 0 elsewhere: shape (indices..., count).
    public static Tensor oneHot(Indices classes, int count) {
        return Made.oneHot(classes, count);
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
                    describe() + ": its tape is closed and its floats are gone; copy() it before the tape closes");
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
            throw new IllegalStateException("Tensor.item: must have one element; got " + describe());
        }
        return toArray()[0];
    }

    /// One element by its place on each axis; negative places count from the end.
    public float get(int... index) {
        return element("get", index).toArray()[0];
    }

    /// Sets one element by its place on each axis, where all elements are set by an array; for tensors that no operation has read yet.
    public void set(float value, int... index) {
        element("set", index).fill(value);
    }

    private Tensor element(String who, int... index) {
        return view(Shape.of(1), data().slice(shape.offset(who, index), 1));
    }

    /// Sets every element; for tensors that no operation has read yet. Returns this.
    public Tensor fill(float value) {
        Backend.kernels().elementwise().fill(value, data());
        markWritten();
        return this;
    }

    /// Sets the elements, row-major; for tensors that no operation has read yet.
    public void set(float[] values) {
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
            throw new IllegalStateException(
                    describe() + ": has no gradient; it must be a variable that the loss depends on");
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

    /// this to the power b; 0 to a power has no gradient for b, and 0^0 = 1 none at all
    public Tensor power(Tensor b) {
        return BinaryOp.of(Binary.POWER, this, b);
    }

    /// The angle of the point (b, this) with the first axis, in (-pi, pi]; its tangent is this / b
    public Tensor atan2(Tensor b) {
        return BinaryOp.of(Binary.ATAN2, this, b);
    }

    /// The larger of the two; equal elements share the gradient.
    public Tensor maximum(Tensor b) {
        return BinaryOp.of(Binary.MAXIMUM, this, b);
    }

    /// The smaller of the two; equal elements share the gradient.
    public Tensor minimum(Tensor b) {
        return BinaryOp.of(Binary.MINIMUM, this, b);
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

    /// The larger of this and a number; where they are equal half of the gradient.
    public Tensor maximum(float b) {
        return maximum(scalar(b));
    }

    /// The smaller of this and a number; where they are equal half of the gradient.
    public Tensor minimum(float b) {
        return minimum(scalar(b));
    }

    /// No smaller than `low`, no larger than `high`: min(max(this, low), high). Gradient 1 within, bounds included, 0 outside.
    public Tensor clip(float low, float high) {
        return Clip.of(this, low, high);
    }

    // ---- Comparisons: 1 for true, 0 for false, no gradient ----

    /// this = b; NaN equals nothing
    public Tensor equal(Tensor b) {
        return BinaryOp.of(Binary.EQUAL, this, b);
    }

    /// this = b
    public Tensor equal(float b) {
        return equal(scalar(b));
    }

    /// Not this = b; NaN differs from all.
    public Tensor notEqual(Tensor b) {
        return BinaryOp.of(Binary.NOT_EQUAL, this, b);
    }

    /// Not this = b
    public Tensor notEqual(float b) {
        return notEqual(scalar(b));
    }

    /// this > b
    public Tensor greater(Tensor b) {
        return BinaryOp.of(Binary.GREATER, this, b);
    }

    /// this > b
    public Tensor greater(float b) {
        return greater(scalar(b));
    }

    /// this >= b
    public Tensor greaterOrEqual(Tensor b) {
        return BinaryOp.of(Binary.GREATER_OR_EQUAL, this, b);
    }

    /// this >= b
    public Tensor greaterOrEqual(float b) {
        return greaterOrEqual(scalar(b));
    }

    /// this < b
    public Tensor less(Tensor b) {
        return BinaryOp.of(Binary.LESS, this, b);
    }

    /// this < b
    public Tensor less(float b) {
        return less(scalar(b));
    }

    /// this <= b
    public Tensor lessOrEqual(Tensor b) {
        return BinaryOp.of(Binary.LESS_OR_EQUAL, this, b);
    }

    /// this <= b
    public Tensor lessOrEqual(float b) {
        return lessOrEqual(scalar(b));
    }

    /// Whether it is no number.
    public Tensor isNaN() {
        return notEqual(this);
    }

    /// Where this is not 0 the element of a, else that of b; no gradient for this.
    public Tensor where(Tensor a, Tensor b) {
        return Where.of(this, a, b);
    }

    /// Where this is not 0 the element of a, else b.
    public Tensor where(Tensor a, float b) {
        return where(a, scalar(b));
    }

    /// Where this is not 0 a, else the element of b.
    public Tensor where(float a, Tensor b) {
        return where(scalar(a), b);
    }

    /// Where this is not 0 a, else b.
    public Tensor where(float a, float b) {
        return where(scalar(a), scalar(b));
    }

    /// This, but `value` where the mask is not 0.
    public Tensor maskedFill(Tensor mask, float value) {
        return mask.where(value, this);
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

    /// The next whole number below; no gradient
    public Tensor floor() {
        return UnaryOp.of(Unary.FLOOR, this);
    }

    /// The nearest whole number, of two equally near ones the even one; no gradient
    public Tensor round() {
        return UnaryOp.of(Unary.ROUND, this);
    }

    /// this * this
    public Tensor square() {
        return UnaryOp.of(Unary.SQUARE, this);
    }

    /// Square root.
    public Tensor sqrt() {
        return UnaryOp.of(Unary.SQRT, this);
    }

    /// 1 / sqrt(this)
    public Tensor rsqrt() {
        return UnaryOp.of(Unary.RSQRT, this);
    }

    /// 1 / this
    public Tensor reciprocal() {
        return UnaryOp.of(Unary.RECIPROCAL, this);
    }

    /// e to the power this
    public Tensor exp() {
        return UnaryOp.of(Unary.EXP, this);
    }

    /// exp(this) - 1, which keeps its digits near 0
    public Tensor expm1() {
        return UnaryOp.of(Unary.EXPM1, this);
    }

    /// Natural logarithm.
    public Tensor log() {
        return UnaryOp.of(Unary.LOG, this);
    }

    /// log(1 + this), which keeps its digits near 0
    public Tensor log1p() {
        return UnaryOp.of(Unary.LOG1P, this);
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

    // ---- Activations ----

    /// f(this), element by element.
    public Tensor activate(Activation f) {
        return Activate.of(f, this);
    }

    /// max(this, 0); gradient 0 at 0
    public Tensor relu() {
        return activate(Activation.RELU);
    }

    /// this where it is positive, else slope * this; gradient `slope` at 0
    public Tensor leakyRelu(float slope) {
        return greater(0).where(this, multiply(slope));
    }

    /// this times P(X <= this) for a standard normal X: x (1 + erf(x / sqrt 2)) / 2 (Hendrycks & Gimpel 2016, arXiv 1606.08415)
    public Tensor gelu() {
        return activate(Activation.GELU_ERF);
    }

    /// this * sigmoid(this), also called swish (Elfwing 2017, arXiv 1702.03118)
    public Tensor silu() {
        return activate(Activation.SILU);
    }

    /// log(1 + exp(this)), a smooth relu
    public Tensor softplus() {
        return UnaryOp.of(Unary.SOFTPLUS, this);
    }

    /// exp(this) / sum(exp(this)) along an axis
    public Tensor softmax(int axis) {
        return Softmax.of(this, axis);
    }

    /// log(softmax(this)) along an axis, for elements of any size
    public Tensor logSoftmax(int axis) {
        return Softmax.log(this, axis);
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
        return Reduce.mean(this);
    }

    /// Mean over the given axes.
    public Tensor mean(int... axes) {
        return mean(Axes.of(axes));
    }

    /// Mean over the given axes.
    public Tensor mean(Axes axes) {
        return Reduce.mean(this, axes);
    }

    /// Maximum of all elements, shape (); equal elements share the gradient.
    public Tensor max() {
        return max(Axes.all(shape));
    }

    /// Maximum over the given axes; equal elements share the gradient.
    public Tensor max(int... axes) {
        return max(Axes.of(axes));
    }

    /// Maximum over the given axes; equal elements share the gradient.
    public Tensor max(Axes axes) {
        return Reduce.max(this, axes);
    }

    /// Minimum of all elements, shape (); equal elements share the gradient.
    public Tensor min() {
        return min(Axes.all(shape));
    }

    /// Minimum over the given axes; equal elements share the gradient.
    public Tensor min(int... axes) {
        return min(Axes.of(axes));
    }

    /// Minimum over the given axes; equal elements share the gradient.
    public Tensor min(Axes axes) {
        return Reduce.min(this, axes);
    }

    /// Product of all elements, shape (); its gradients are right where elements are 0, too.
    public Tensor prod() {
        return prod(Axes.all(shape));
    }

    /// Product over the given axes; its gradients are right where elements are 0, too.
    public Tensor prod(int... axes) {
        return prod(Axes.of(axes));
    }

    /// Product over the given axes; its gradients are right where elements are 0, too.
    public Tensor prod(Axes axes) {
        return Reduce.prod(this, axes);
    }

    /// Variance of all elements, shape (); the mean of (x - mean)^2 (PyTorch's default divides by n - 1 instead of n).
    public Tensor var() {
        return var(Axes.all(shape));
    }

    /// Variance over the given axes; the mean of (x - mean)^2 (PyTorch's default divides by n - 1 instead of n).
    public Tensor var(int... axes) {
        return var(Axes.of(axes));
    }

    /// Variance over the given axes; the mean of (x - mean)^2 (PyTorch's default divides by n - 1 instead of n).
    public Tensor var(Axes axes) {
        return Reduce.var(this, axes);
    }

    /// Standard deviation of all elements, shape (); the root of the variance, with gradient 0 where it is 0.
    public Tensor std() {
        return std(Axes.all(shape));
    }

    /// Standard deviation over the given axes; the root of the variance, with gradient 0 where it is 0.
    public Tensor std(int... axes) {
        return std(Axes.of(axes));
    }

    /// Standard deviation over the given axes; the root of the variance, with gradient 0 where it is 0.
    public Tensor std(Axes axes) {
        return Reduce.std(this, axes);
    }

    /// Euclidean norm of all elements, shape (); sqrt(sum x^2), with gradient 0 where it is 0.
    public Tensor norm() {
        return norm(Axes.all(shape));
    }

    /// Euclidean norm over the given axes; sqrt(sum x^2), with gradient 0 where it is 0.
    public Tensor norm(int... axes) {
        return norm(Axes.of(axes));
    }

    /// Euclidean norm over the given axes; sqrt(sum x^2), with gradient 0 where it is 0.
    public Tensor norm(Axes axes) {
        return Reduce.norm(this, 2, axes);
    }

    /// The p-norm of all elements, (sum |x|^p)^(1/p), shape ().
    public Tensor pNorm(float p) {
        return pNorm(p, Axes.all(shape));
    }

    /// The p-norm over the given axes: p = 1 for the sum of sizes, `Float.POSITIVE_INFINITY` for the largest size.
    public Tensor pNorm(float p, int... axes) {
        return pNorm(p, Axes.of(axes));
    }

    /// The p-norm over the given axes.
    public Tensor pNorm(float p, Axes axes) {
        return Reduce.norm(this, p, axes);
    }

    /// log(sum(exp(x))) of all elements, shape (); elements may be of any size.
    public Tensor logSumExp() {
        return logSumExp(Axes.all(shape));
    }

    /// log(sum(exp(x))) over the given axes; elements may be of any size.
    public Tensor logSumExp(int... axes) {
        return logSumExp(Axes.of(axes));
    }

    /// log(sum(exp(x))) over the given axes; elements may be of any size.
    public Tensor logSumExp(Axes axes) {
        return Reduce.logSumExp(this, axes);
    }

    /// Whether any element is not 0, shape (); 1 or 0, no gradient.
    public Tensor any() {
        return any(Axes.all(shape));
    }

    /// Whether an element is not 0 over the given axes; 1 or 0, no gradient.
    public Tensor any(int... axes) {
        return any(Axes.of(axes));
    }

    /// Whether an element is not 0 over the given axes; 1 or 0, no gradient.
    public Tensor any(Axes axes) {
        return notEqual(0).sum(axes).greater(0);
    }

    /// Whether no element is 0, shape (); 1 or 0, no gradient.
    public Tensor all() {
        return all(Axes.all(shape));
    }

    /// Whether no element is 0 over the given axes; 1 or 0, no gradient.
    public Tensor all(int... axes) {
        return all(Axes.of(axes));
    }

    /// Whether no element is 0 over the given axes; 1 or 0, no gradient.
    public Tensor all(Axes axes) {
        return equal(0).sum(axes).equal(0);
    }

    // ---- Along an axis ----

    /// Index along an axis of the largest element, the first of equal ones; NaN counts as the largest. The axis is dropped.
    public Indices argmax(int axis) {
        return Ordering.argExtremum("argmax", this, axis, true);
    }

    /// Index along an axis of the smallest element, the first of equal ones; NaN counts as the smallest. The axis is dropped.
    public Indices argmin(int axis) {
        return Ordering.argExtremum("argmin", this, axis, false);
    }

    /// Sums of the elements up to and including each, along an axis.
    public Tensor cumsum(int axis) {
        return CumulativeSum.of(this, axis, false);
    }

    /// The elements in ascending order along an axis, NaN last; gradients flow to where the elements come from.
    public Tensor sort(int axis) {
        return takeAlongAxis(argsort(axis), axis);
    }

    /// The indices along an axis that put the elements in ascending order; equal ones stay in their order, NaN comes last.
    public Indices argsort(int axis) {
        return Ordering.argSort(this, axis, false, dim(axis));
    }

    /// The k largest elements along an axis, the largest first, and their indices.
    public TopK topK(int k, int axis) {
        return TopK.of(this, k, axis);
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

    /// The last two axes exchanged (a copy): the matrix transposed.
    public Tensor transpose() {
        return transpose(-2, -1);
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

    /// The part `from, from + step, ...` before `to` of an axis (a copy). The step may be negative, `to` then lies below `from`.
    public Tensor slice(int axis, int from, int to, int step) {
        return take(Indices.range(from, to, step), axis);
    }

    /// A part in numpy's notation, one entry for each axis from the first on: `1:3` a range, `::2` every second, `-1` the last, whose
    /// axis is dropped, `...` all axes not named. Ends beyond an axis are errors.
    public Tensor slice(String parts) {
        return Slicing.of(this, parts);
    }

    /// All elements on one axis: a view.
    public Tensor flatten() {
        return reshape(size());
    }

    /// The axes from `from` on as one, (B, C, H, W) with 1 to (B, C H W): a view.
    public Tensor flatten(int from) {
        return Shaping.flatten(this, from);
    }

    /// Without the named axes, which must have size 1, or without all of size 1: a view.
    public Tensor squeeze(int... axes) {
        return Shaping.squeeze(this, axes);
    }

    /// With a new axis of size 1 that is number `axis` of the result: a view.
    public Tensor expandDims(int axis) {
        return Shaping.expandDims(this, axis);
    }

    /// Tensors one after the other along an axis.
    public static Tensor concat(int axis, Tensor... parts) {
        return Views.concat(axis, parts);
    }

    /// Tensors of one shape along a new axis that is number `axis` of the result.
    public static Tensor stack(int axis, Tensor... parts) {
        return Shaping.stack(axis, parts);
    }

    /// Cut along an axis into parts of these sizes, which add up to it.
    public Tensor[] split(int axis, int... sizes) {
        return Shaping.split(this, axis, sizes);
    }

    /// Cut along an axis into `count` equal parts.
    public Tensor[] chunk(int axis, int count) {
        return Shaping.chunk(this, axis, count);
    }

    /// With zeros before and after along an axis.
    public Tensor pad(int axis, int before, int after) {
        return pad(axis, before, after, 0);
    }

    /// With copies of a number before and after along an axis.
    public Tensor pad(int axis, int before, int after, float value) {
        return Shaping.pad(this, axis, before, after, value);
    }

    /// The whole repeated so many times along each of the last axes; more numbers than axes make new ones in front.
    public Tensor tile(int... times) {
        return Shaping.tile(this, times);
    }

    /// Each element repeated so many times along an axis.
    public Tensor repeat(int axis, int times) {
        return Shaping.repeat(this, axis, times);
    }

    /// Backwards along these axes.
    public Tensor flip(int... axes) {
        return Shaping.flip(this, axes);
    }

    /// Moved along an axis by `shift` places; what leaves at one end enters at the other.
    public Tensor roll(int axis, int shift) {
        return Shaping.roll(this, axis, shift);
    }

    /// The diagonal of the last two axes: (..., m, n) to (..., min(m, n)).
    public Tensor diagonal() {
        return diagonal(0);
    }

    /// The elements with column - row = offset of the last two axes.
    public Tensor diagonal(int offset) {
        return GatherRows.diagonal(this, offset);
    }

    /// The lower triangle of the last two axes, 0 above the diagonal.
    public Tensor tril() {
        return tril(0);
    }

    /// 0 where column - row > diagonal
    public Tensor tril(int diagonal) {
        return Shaping.triangle("tril", this, diagonal, true);
    }

    /// The upper triangle of the last two axes, 0 below the diagonal.
    public Tensor triu() {
        return triu(0);
    }

    /// 0 where column - row < diagonal
    public Tensor triu(int diagonal) {
        return Shaping.triangle("triu", this, diagonal, false);
    }

    // ---- By index ----

    /// The parts at these indices along an axis, in whose place their axes stand: rows of a table (rows, columns) on axis 0 to
    /// (indices..., columns).
    public Tensor take(Indices indices, int axis) {
        return GatherRows.take(this, indices, axis);
    }

    /// For each place the element at its index along an axis: `y[i, j] = this[i, indices[i, j]]` on axis 1. The shape of the indices is
    /// this one but for the axis.
    public Tensor takeAlongAxis(Indices indices, int axis) {
        return GatherRows.takeAlongAxis(this, indices, axis);
    }

    /// This with each element of `source` added at its index along an axis: `y[i, indices[i, j]] += source[i, j]` on axis 1.
    public Tensor scatterAdd(int axis, Indices indices, Tensor source) {
        return GatherRows.scatterAdd(this, axis, indices, source);
    }

    // ---- Matrix products ----

    /// Matrix product over the last two axes, (..., m, k) (..., k, n) to (..., m, n); leading axes are broadcast. A vector is a
    /// row on the left and a column on the right: (k)(k) to (), (k)(k, n) to (n), (m, k)(k) to (m).
    public Tensor matmul(Tensor b) {
        return Products.matmul(this, b);
    }

    /// this times b transposed, (..., m, k) (..., n, k) to (..., m, n), without a copy of b.
    public Tensor matmulTransposed(Tensor b) {
        return MatrixProduct.of(this, false, b, true);
    }

    /// Sum of the products of two vectors, (k)(k) to ().
    public Tensor dot(Tensor b) {
        return Products.dot(this, b);
    }

    /// Every product of two vectors' elements, (m)(n) to (m, n).
    public Tensor outer(Tensor b) {
        return Products.outer(this, b);
    }

    /// Sum of products in Einstein's notation: `einsum("bij,bjk->bik", a, b)`. Letters that the result lacks are summed, a letter twice
    /// in one term is a diagonal, `...` stands for axes without letters. Computed by matrix products.
    public static Tensor einsum(String terms, Tensor... operands) {
        return Einsum.of(terms, operands);
    }

    // ---- As text ----

    /// What made it, and its shape, on one line: what errors say.
    public String describe() {
        return (op != null ? op.name() : variable != null ? "variable" : "Tensor") + " " + shape;
    }

    /// What made it, its shape, and its elements as numpy prints them.
    @Override
    public String toString() {
        return owner != null && owner.closed() ? describe() : Printed.of(describe(), shape, toArray());
    }
}
