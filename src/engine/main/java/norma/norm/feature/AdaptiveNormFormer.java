package norma.norm.feature;

import java.util.Optional;
import java.util.function.IntFunction;
import norma.nn.Context;
import norma.nn.Identity;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.nn.Rotary;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// A norm whose gain and bias are read from the normalized sequence by a small Transformer:
///
/// ```
/// xhat  = Base(x)                          LayerNorm or RMSNorm without gain and bias
/// t     = Trunk(In xhat)                   In: D -> r in bottleneck mode, else nothing
/// gamma = g0 + Wg RMSNorm(t)               g0 = 1, Wg = 0 at first
/// beta  = b0 + Wb RMSNorm(u)               b0 = 0, Wb = 0 at first; u = t, or a second trunk
/// y     = gamma * xhat + beta
/// ```
///
/// Shapes: x, gamma, beta, y (B, T, D). At first y is exactly Base(x), so it can replace a norm in a trained model. Because
/// Wg = Wb = 0 the trunk gets no gradient in the first step and the heads do.
///
/// The idea comes from an article on normalization; no reviewed paper describes it, and it is not the NormFormer of
/// Shleifer et al. 2021, which is a placement. Relatives: SeeDNorm (arXiv 2510.22777), adaLN-Zero (arXiv 2212.09748).
///
/// @param base what it normalizes over and how
/// @param in W_in (r, D), or the [Identity]
/// @param gammaTrunk of gamma, and of beta if there is no other
/// @param betaTrunk of beta alone, if there is one
/// @param gammaHead Wg, bias g0
/// @param betaHead Wb, bias b0
/// @param causal whether position t sees positions 0 .. t only
/// @param bound s of gamma = g0 + s tanh(delta / s), a guard against runaway gains; 0 for none
/// @param eps of the RMSNorm between trunk and heads
public record AdaptiveNormFormer(Norm base, Layer in, AdaptiveNetwork gammaTrunk,
        Optional<AdaptiveNetwork> betaTrunk, Linear gammaHead, Linear betaHead, boolean causal, float bound, float eps)
        implements Norm {

    /// What is normalized before gamma and beta.
    public enum Base {
        /// LayerNorm, eps 1e-5
        LAYER,
        /// RMSNorm, eps 1e-6
        RMS
    }

    /// The choices.
    ///
    /// @param causal whether position t sees positions 0 .. t only; decoders need true, and there is no default
    /// @param base what is normalized
    /// @param depth p, layers of the trunk; 0 reads gamma and beta from each token alone
    /// @param width r, inner width of the trunk; 0 for D / 4
    /// @param heads of the trunk's attention; 0 for max(1, min(8, D / 64))
    /// @param bottleneck whether the trunk runs at width r instead of D
    /// @param shared whether gamma and beta read from one trunk
    /// @param rotary whether the trunk's attention knows positions other than through x
    /// @param bound s of gamma = g0 + s tanh(delta / s); 0 for none
    public record Options(boolean causal, Base base, int depth, int width, int heads, boolean bottleneck,
            boolean shared, boolean rotary, float bound) {

        /// Checks the numbers.
        public Options {
            if (depth < 0 || width < 0 || heads < 0 || !(bound >= 0)) {
                throw new IllegalArgumentException(
                        "AdaptiveNormFormer: depth, width, heads and bound must not be negative; "
                                + "got %d, %d, %d, %s".formatted(depth, width, heads, bound));
            }
        }

        /// The defaults for D features: one layer, bottleneck from D = 128 on, one trunk.
        public static Options of(boolean causal, int dim) {
            return new Options(causal, Base.LAYER, 1, 0, 0, dim >= 128, true, false, 0);
        }

        private int headsFor(int dim) {
            return heads > 0 ? heads : Math.max(1, Math.min(8, dim / 64));
        }

        /// r, rounded up so that all heads have the same size, an even one for rotary positions.
        private int innerFor(int dim) {
            int wished = width > 0 ? width : Math.max(1, dim / 4);
            int step = headsFor(dim) * (rotary ? 2 : 1);
            return Math.ceilDiv(wished, step) * step;
        }
    }

    /// A norm over D features, at first exactly its base.
    public static AdaptiveNormFormer of(Init init, int dim, Options options) {
        AdaptiveNetwork gammaTrunk = trunk(init.at("gammaTrunk"), dim, options);
        return of(init, dim, options, gammaTrunk,
                options.shared() ? Optional.empty() : Optional.of(trunk(init.at("betaTrunk"), dim, options)));
    }

    /// A norm on trunks that other norms may use too (tied across layers).
    static AdaptiveNormFormer of(Init init, int dim, Options options, AdaptiveNetwork gammaTrunk,
            Optional<AdaptiveNetwork> betaTrunk) {
        int width = options.bottleneck() ? options.innerFor(dim) : dim;
        Layer in = options.bottleneck() ? Linear.of(init.xavier("in", 1, width, dim)) : new Identity();
        Norm base = switch (options.base()) {
            case LAYER -> LayerNorm.plain(dim);
            case RMS -> RmsNorm.plain(dim);
        };
        return new AdaptiveNormFormer(base, in, gammaTrunk, betaTrunk,
                Linear.of(init.zeros(dim, width), Init.constant(1, dim)),
                Linear.of(init.zeros(dim, width), Init.constant(0, dim)), options.causal(),
                options.bound(), RmsNorm.EPS);
    }

    /// A trunk for norms over D features.
    private static AdaptiveNetwork trunk(Init init, int dim, Options options) {
        int inner = options.innerFor(dim);
        int width = options.bottleneck() ? inner : dim;
        Optional<Rotary> rotary = options.rotary() ? Optional.of(Rotary.HALVES) : Optional.empty();
        return AdaptiveNetwork.of(init, width, inner, inner, options.headsFor(dim), options.depth(), options.causal(),
                rotary);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (x.shape().rank() != 3) {
            throw new IllegalArgumentException("AdaptiveNormFormer: x must be (B, T, D); got " + x.shape());
        }
        Tensor xhat = base.forward(x, context);
        Affine affine = read(xhat, context);
        return affine.gamma().multiply(xhat).add(affine.beta());
    }

    /// Gain and bias of each token, (B, T, D).
    public record Affine(Tensor gamma, Tensor beta) {
    }

    /// What the networks read from normalized sequences.
    public Affine read(Tensor xhat, Context context) {
        Tensor h = in.forward(xhat, context);
        Context inside = context.inside(this);
        Tensor t = read(gammaTrunk, h, inside);
        Tensor u = betaTrunk.map(trunk -> read(trunk, h, inside)).orElse(t);
        return new Affine(gamma(t), betaHead.forward(u, context));
    }

    private Tensor read(AdaptiveNetwork trunk, Tensor h, Context context) {
        Tensor t = RmsNorm.apply(trunk.forward(h, context), Shape.of(h.dim(-1)), eps);
        // a sequence that is all padding has nothing to read: t = 0 leaves gamma = g0 and beta = b0
        return context.keyMask().map(mask -> t.multiply(mask.max(-1).reshape(h.dim(0), 1, 1))).orElse(t);
    }

    private Tensor gamma(Tensor t) {
        if (bound == 0) {
            return gammaHead.forward(t);
        }
        Tensor delta = Linear.apply(t, gammaHead.weight().value());
        return delta.divide(bound).tanh().multiply(bound).add(gammaHead.bias().orElseThrow().value());
    }

    /// The same networks in the place of a trained norm, of which they take eps, gain and bias: at first it computes what that
    /// norm does.
    public AdaptiveNormFormer inPlaceOf(LayerNorm trained) {
        return new AdaptiveNormFormer(LayerNorm.plain(trained.shape().toArray()).withEps(trained.eps()), in, gammaTrunk,
                betaTrunk, trained.gamma().map(gammaHead::withBias).orElse(gammaHead),
                trained.beta().map(betaHead::withBias).orElse(betaHead), causal, bound, eps);
    }

    /// The same networks on another base.
    public AdaptiveNormFormer with(Norm other) {
        return new AdaptiveNormFormer(other, in, gammaTrunk, betaTrunk, gammaHead, betaHead, causal, bound, eps);
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("base", base).add("in", in).add("gammaTrunk", gammaTrunk);
        betaTrunk.ifPresent(trunk -> tree.add("betaTrunk", trunk));
        tree.add("gammaHead", gammaHead).add("betaHead", betaHead);
    }

    private enum Bottleneck { AUTO, TRUE, FALSE }

    public static NormFactory factory(NormSpec spec) {
        Base base = spec.choice("base", Base.LAYER);
        boolean tied = spec.flag("tied", false);
        return new AdaptiveFactory(options(spec, base, spec.causal()), tied);
    }

    /// The choices that a text makes, for D features.
    public static IntFunction<Options> options(NormSpec spec, Base base, boolean causal) {
        int depth = spec.integer("depth", 1), width = spec.integer("width", 0), heads = spec.integer("heads", 0);
        Bottleneck bottleneck = spec.choice("bottleneck", Bottleneck.AUTO);
        boolean shared = spec.flag("shared", true), rotary = spec.flag("rotary", false);
        float bound = spec.number("bound", 0);
        return dim -> new Options(causal, base, depth, width, heads,
                bottleneck == Bottleneck.AUTO ? dim >= 128 : bottleneck == Bottleneck.TRUE, shared, rotary, bound);
    }
}
