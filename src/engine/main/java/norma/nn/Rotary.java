package norma.nn;

import norma.backend.Backend;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Rotary position embedding (Su et al. 2021, arXiv 2104.09864): at position t pair j of the d features of each head is rotated by the
/// angle t * base^(-2 j / d). Products of queries and keys then depend on distances only.
///
/// A model's weights go with one layout; files of one must not be read into the other.
///
/// @param base 10,000 in the paper
/// @param layout which features make a pair
public record Rotary(double base, Layout layout) {

    /// Which features of a head make pair j.
    public enum Layout {
        /// (x_j, x_{j + d/2}): GPT-NeoX, Llama in the files of Hugging Face, Qwen
        HALVES,
        /// (x_{2j}, x_{2j+1}): the paper, GPT-J, Llama in Meta's own files
        NEIGHBOURS
    }

    /// Checks the base.
    public Rotary {
        if (!(base > 0) || Double.isInfinite(base)) {
            throw new IllegalArgumentException("Rotary: the base must be a positive number; got " + base);
        }
    }

    /// Halves, with the base of the paper.
    public static final Rotary HALVES = new Rotary(10_000, Layout.HALVES);

    /// Neighbours, with the base of the paper.
    public static final Rotary NEIGHBOURS = new Rotary(10_000, Layout.NEIGHBOURS);

    /// The same layout with another base.
    public Rotary withBase(double base) {
        return new Rotary(base, layout);
    }

    /// Rotates each head of x (B, T, H * d), whose first row stands at position `start`. d must be even.
    public Tensor rotate(Tensor x, int heads, int start) {
        return rotate(x, heads, Context.NONE.positions(start, x.dim(1)));
    }

    /// Rotates each head of x (B, T, H * d), whose rows stand at these positions. d must be even.
    ///
    /// @param positions T of them
    public Tensor rotate(Tensor x, int heads, int... positions) {
        int half = x.dim(-1) / heads / 2;
        if (x.dim(-1) != 2 * half * heads) {
            throw new IllegalArgumentException(
                    "Rotary: the head size must be even; got %s with %d heads".formatted(x.shape(), heads));
        }
        float[] cos = new float[x.dim(1) * half];
        float[] sin = new float[x.dim(1) * half];
        for (int j = 0; j < half; j++) {
            double frequency = Math.pow(base, -(double) j / half);
            for (int t = 0; t < x.dim(1); t++) {
                cos[t * half + j] = (float) Math.cos(positions[t] * frequency);
                sin[t * half + j] = (float) Math.sin(positions[t] * frequency);
            }
        }
        Shape angles = Shape.of(x.dim(1), half);
        return rotate(x, heads, layout, Tensor.adopt(angles, cos), Tensor.adopt(angles, sin), false);
    }

    private static Tensor rotate(Tensor x, int heads, Layout layout, Tensor cos, Tensor sin, boolean back) {
        Tensor y = Tensor.empty(x.shape());
        Backend.kernels().rotary().rotate(x.dim(0), x.dim(1), heads, x.dim(-1) / heads,
                layout == Layout.NEIGHBOURS, x.data(), cos.data(), sin.data(), back, y.data());
        return Tape.record(new Rotation(x, heads, layout, cos, sin, back), y);
    }

    /// A rotation's derivative is the rotation back.
    record Rotation(Tensor x, int heads, Layout layout, Tensor cos, Tensor sin, boolean back) implements Op.OneInput {
        @Override
        public Tensor dx(Tensor dy) {
            return rotate(dy, heads, layout, cos, sin, !back);
        }

        @Override
        public String name() {
            return "rotary";
        }
    }
}
