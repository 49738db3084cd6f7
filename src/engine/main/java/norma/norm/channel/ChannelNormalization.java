package norma.norm.channel;

import norma.backend.Backend;
import norma.kernel.contract.PositionNormalizationKernel.Sizes;
import norma.norm.axis.RowLayout;
import norma.tensor.Op;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Normalization of each position of x (N, C, ...) across its channels: what [LayerNorm2d] and [PixelNorm] share.
final class ChannelNormalization {

    private ChannelNormalization() {
    }

    /// gamma * (x - mean) / sqrt(var + eps) + beta, or gamma * x / sqrt(mean(x^2) + eps) + beta if not centred; gamma and
    /// beta (C) may be null.
    static Tensor normalize(boolean centred, Tensor x, Tensor gamma, Tensor beta, float eps) {
        int positions = x.shape().slice(2, x.shape().rank()).size();
        Sizes sizes = new Sizes(centred, x.dim(0), x.dim(1), positions);
        Tensor y = Tensor.empty(x.shape()), statistics = Tensor.empty(Shape.of(x.dim(0), 3, positions));
        Backend.kernels().positionNormalization().forward(sizes, x.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps,
                y.data(), statistics.data());
        return Tape.record(new Fused(x, gamma, beta, sizes, eps, statistics), y);
    }

    /// With g = dy * gamma: dx = rstd (g - mean(g) - xhat mean(g xhat)), without mean(g) if not centred; dGamma = sum dy xhat,
    /// dBeta = sum dy.
    record Fused(Tensor x, Tensor gamma, Tensor beta, Sizes sizes, float eps, Tensor statistics) implements Op.Fused {

        @Override
        public Tensor[] inputs() {
            return RowLayout.present(x, gamma, beta);
        }

        @Override
        public Tensor[] backward(Tensor dy) {
            Tensor dx = Tensor.empty(x.shape()), dGamma = RowLayout.emptyLike(gamma), dBeta = RowLayout.emptyLike(beta);
            Backend.kernels().positionNormalization().backward(sizes, dy.data(), x.data(), RowLayout.floats(gamma),
                    statistics.data(), dx.data(), RowLayout.floats(dGamma), RowLayout.floats(dBeta));
            return RowLayout.present(dx, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor flat = x.reshape(sizes.images(), sizes.channels(), sizes.positions());
            Tensor centred = sizes.centered() ? flat.subtract(flat.mean(1)) : flat;
            Tensor xhat = centred.divide(centred.square().mean(1).add(eps).sqrt());
            Tensor scaled = gamma == null ? xhat : xhat.multiply(gamma.reshape(sizes.channels(), 1));
            return (beta == null ? scaled : scaled.add(beta.reshape(sizes.channels(), 1))).reshape(x.shape());
        }

        @Override
        public String name() {
            return "norm across channels";
        }
    }
}
