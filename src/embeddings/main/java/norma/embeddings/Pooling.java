package norma.embeddings;

import static norma.tensor.Axes.keepDims;

import norma.tensor.Shape;
import norma.tensor.Tensor;

/// How the vectors of a text's tokens become one (Reimers & Gurevych 2019, arXiv 1908.10084).
///
/// In the order in which sentence-transformers puts the vectors of several of them one behind the other.
///
/// Shapes: stream (B, T, D), without padding; the result is (B, D).
public enum Pooling {
    /// The first one, of `[CLS]` or `<s>`.
    CLS("cls", "cls_token") {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.slice(1, 0, 1));
        }
    },
    /// Of each feature the largest.
    MAX("max", "max_tokens") {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.max(keepDims(1)));
        }
    },
    /// Their mean.
    MEAN("mean", "mean_tokens") {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.mean(keepDims(1)));
        }
    },
    /// Their sum, divided by the root of their number.
    MEAN_SQRT_LENGTH("mean_sqrt_len_tokens", "mean_sqrt_len_tokens") {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.mean(keepDims(1))).multiply((float) Math.sqrt(stream.dim(1)));
        }
    },
    /// Their mean with weights that rise with the position, 1, 2, ..., T (Muennighoff 2022, arXiv 2202.08904).
    WEIGHTED_MEAN("weightedmean", "weightedmean_tokens") {
        @Override
        Tensor of(Tensor stream) {
            int tokens = stream.dim(1);
            float[] weights = new float[tokens];
            for (int i = 0; i < tokens; i++) {
                weights[i] = 2 * (i + 1f) / (tokens + 1f);
            }
            return flat(stream.multiply(Tensor.adopt(Shape.of(1, tokens, 1), weights)).mean(keepDims(1)));
        }
    },
    /// The last one.
    LAST("lasttoken", "lasttoken") {
        @Override
        Tensor of(Tensor stream) {
            return flat(stream.slice(1, stream.dim(1) - 1, stream.dim(1)));
        }
    };

    private final String mode;
    private final String flag;

    Pooling(String mode, String flag) {
        this.mode = mode;
        this.flag = "pooling_mode_" + flag;
    }

    abstract Tensor of(Tensor stream);

    /// What sentence-transformers calls it.
    String mode() {
        return mode;
    }

    /// The field of a Pooling's config.json that says whether it is meant.
    String flag() {
        return flag;
    }

    private static Tensor flat(Tensor x) {
        return x.reshape(x.dim(0), x.dim(2));
    }
}
