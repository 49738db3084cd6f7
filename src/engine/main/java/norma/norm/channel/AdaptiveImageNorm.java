package norma.norm.channel;

import static norma.tensor.Axes.keepDims;

import java.util.function.IntFunction;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.Interpolation;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.nn.Upsample;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.feature.AdaptiveNormFormer.Affine;
import norma.norm.feature.AdaptiveNormFormer.Options;
import norma.norm.feature.AdaptiveNormFormer;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// An [AdaptiveNormFormer] for images: a group norm whose gain and bias a small Transformer reads from the normalized image.
///
/// ```
/// xhat        = GroupNorm(x)                     without gain and bias
/// tokens      = xhat averaged over the cells of a grid of 8 x 8, or its pixels if there are at most 256
/// gamma, beta = what the networks read, for each token; the trunk sees all tokens
/// y           = gamma * xhat + beta              each pixel with those of its cell
/// ```
///
/// Not spatial, gamma and beta are averaged over the tokens, one of each for a channel, as in squeeze-and-excitation (Hu et al.
/// 2017, arXiv 1709.01507).
///
/// Shapes: x (N, C, H, W), tokens (N, T, C), gamma and beta (N, C, H, W) or (N, C, 1, 1). At first y is the group norm. The
/// tokens have no positions.
///
/// @param base without gain and bias
/// @param reader from which gamma and beta come; its own base is not used
/// @param spatial whether each token has gamma and beta of its own
public record AdaptiveImageNorm(GroupNorm base, AdaptiveNormFormer reader, boolean spatial) implements Norm {
    private static final int GRID = 8;
    private static final int MOST_PIXELS = 256;

    /// Checks that the trunk sees all tokens: those of an image have no order.
    public AdaptiveImageNorm {
        if (reader.causal()) {
            throw new IllegalArgumentException(
                    "AdaptiveImageNorm: the trunk must see all tokens; got a causal one; make it with causal = false");
        }
    }

    /// For C channels, at first a group norm.
    public static AdaptiveImageNorm of(Init init, int channels, int groups, Options options, boolean spatial) {
        return new AdaptiveImageNorm(GroupNorm.plain(channels, groups),
                AdaptiveNormFormer.of(init, channels, options).with(Norm.NONE), spatial);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        if (x.shape().rank() != 4) {
            throw new IllegalArgumentException("AdaptiveImageNorm: x must be (N, %d, H, W); got %s"
                    .formatted(base.channels(), x.shape()));
        }
        Tensor xhat = base.forward(x, context);
        if (x.size() == 0) {
            return xhat;
        }
        boolean small = x.dim(2) * x.dim(3) <= MOST_PIXELS;
        Tensor grid = small ? xhat : averaged(xhat, Math.min(GRID, x.dim(2)), Math.min(GRID, x.dim(3)));
        Affine affine = reader.read(tokens(grid), Context.NONE);
        return spread(affine.gamma(), grid, x).multiply(xhat).add(spread(affine.beta(), grid, x));
    }

    /// The mean of each cell, (N, C, rows, columns).
    private static Tensor averaged(Tensor x, int rows, int columns) {
        Tensor across = Linear.apply(x, cells(x.dim(3), columns)).transpose(2, 3);
        return Linear.apply(across, cells(x.dim(2), rows)).transpose(2, 3);
    }

    /// The matrix (cells, pixels) that averages a line: pixel i is in cell floor(i cells / pixels), as in nearest-neighbour
    /// resizing.
    private static Tensor cells(int pixels, int cells) {
        float[] matrix = new float[cells * pixels];
        for (int i = 0; i < pixels; i++) {
            int cell = i * cells / pixels;
            int width = Math.ceilDiv((cell + 1) * pixels, cells) - Math.ceilDiv(cell * pixels, cells);
            matrix[cell * pixels + i] = 1f / width;
        }
        return Tensor.adopt(Shape.of(cells, pixels), matrix);
    }

    /// (N, C, rows, columns) as (N, T, C)
    private static Tensor tokens(Tensor grid) {
        return grid.reshape(grid.dim(0), grid.dim(1), grid.dim(2) * grid.dim(3)).transpose(1, 2);
    }

    /// From (N, T, C) to what broadcasts along x: the token of each cell, or the mean of all.
    private Tensor spread(Tensor perToken, Tensor grid, Tensor x) {
        if (spatial) {
            return Upsample.apply(perToken.transpose(1, 2).reshape(grid.shape()), Interpolation.NEAREST, x.dim(2),
                    x.dim(3));
        }
        Tensor mean = perToken.mean(keepDims(1));
        return mean.reshape(x.dim(0), x.dim(1), 1, 1);
    }

    @Override
    public void register(ParameterTree tree) {
        reader.register(tree);
    }

    public static NormFactory factory(NormSpec spec) {
        int groups = spec.integer("groups", 1);
        boolean spatial = spec.flag("spatial", true);
        IntFunction<Options> options = AdaptiveNormFormer.options(spec, AdaptiveNormFormer.Base.LAYER, false);
        return (init, channels) -> of(init, channels, groups, options.apply(channels), spatial);
    }
}
