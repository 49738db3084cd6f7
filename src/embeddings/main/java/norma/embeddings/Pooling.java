package norma.embeddings;

import static norma.tensor.Axes.keepDims;

import norma.tensor.Tensor;

/// How the vectors of a text's tokens become one (Reimers & Gurevych 2019, arXiv 1908.10084).
///
/// Shapes: stream (B, T, D), without padding; the result is (B, D).
public enum Pooling {
    /// Their mean.
    MEAN {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.mean(keepDims(1)));
        }
    },
    /// The first one, of `[CLS]` or `<s>`.
    CLS {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.slice(1, 0, 1));
        }
    },
    /// The last one.
    LAST {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.slice(1, stream.dim(1) - 1, stream.dim(1)));
        }
    };

    abstract Tensor of(Tensor stream);

    private static Tensor flat(Tensor x) {
        return x.reshape(x.dim(0), x.dim(2));
    }
}
