package norma.norm.channel;

import norma.backend.Backend;
import norma.kernel.Floats;
import norma.kernel.contract.PositionNormalizationKernel.Sizes;
import norma.norm.axis.ChannelAxis;
import norma.norm.axis.NormOp;
import norma.norm.axis.RowLayout;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Normalization of each position of x (N, C, ...) across its channels: what [LayerNorm2d] and [PixelNorm] share.
final class ChannelNormalization {

    private ChannelNormalization() {
    }

    /// gamma * (x - mean) / sqrt(var + eps) + beta, or gamma * x / sqrt(mean(x^2) + eps) + beta if not centered; gamma and
    /// beta (C) may be null.
    static Tensor normalize(boolean centered, Tensor x, Tensor gamma, Tensor beta, float eps) {
        int positions = x.shape().slice(2, x.shape().rank()).size();
        Sizes sizes = new Sizes(centered, x.dim(0), x.dim(1), positions);
        Tensor y = Tensor.empty(x.shape()), statistics = Tensor.empty(Shape.of(x.dim(0), 3, positions));
        Backend.kernels().positionNormalization().forward(sizes, x.data(), RowLayout.floats(gamma),
                RowLayout.floats(beta), eps, y.data(), statistics.data());
        return Tape.record(new Fused(x, gamma, beta, sizes, eps, statistics), y);
    }

    /// With g = dy * gamma: dx = rstd (g - mean(g) - xhat mean(g xhat)), without mean(g) if not centered; dGamma = sum dy xhat,
    /// dBeta = sum dy.
    record Fused(Tensor x, Tensor gamma, Tensor beta, Sizes sizes, float eps, Tensor statistics) implements NormOp {

        @Override
        public void backward(Floats dy, Floats dx, Floats dGamma, Floats dBeta) {
            Backend.kernels().positionNormalization().backward(sizes, dy, x.data(), RowLayout.floats(gamma),
                    statistics.data(), dx, dGamma, dBeta);
        }

        @Override
        public Tensor definition() {
            Tensor flat = x.reshape(sizes.images(), sizes.channels(), sizes.positions());
            return ChannelAxis.affine(NormOp.normalized(flat, sizes.centered(), eps, 1), gamma, beta)
                    .reshape(x.shape());
        }

        @Override
        public String name() {
            return "norm across channels";
        }
    }
}
