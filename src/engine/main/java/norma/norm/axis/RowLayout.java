package norma.norm.axis;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import norma.kernel.Floats;
import norma.nn.Param;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// How norms over the last axes see their input: rows of all the features that share a statistic.
///
/// @param count number of rows
/// @param columns features in a row
public record RowLayout(int count, int columns) {

    /// The rows of x over its last axes `shape`, after checking that gain and bias fit.
    public static RowLayout of(String who, Tensor x, Shape shape, Tensor gamma, Tensor beta) {
        if (!x.shape().endsWith(shape)) {
            throw new IllegalArgumentException("%s: last %s of x %s must be %s, what it normalizes over; transpose x?"
                    .formatted(who, shape.rank() == 1 ? "axis" : "axes", x.shape(), shape));
        }
        for (Tensor affine : new Tensor[] {gamma, beta}) {
            if (affine != null && !affine.shape().equals(shape)) {
                throw new IllegalArgumentException("%s: gain and bias must be %s, what it normalizes over; got %s"
                        .formatted(who, shape, affine.shape()));
            }
        }
        return new RowLayout(x.shape().slice(0, x.shape().rank() - shape.rank()).size(), shape.size());
    }

    /// Checks that gamma and beta, if there are any, fit the last axes of x.
    public static void check(String who, Tensor x, Tensor gamma, Tensor beta) {
        if (gamma != null || beta != null) {
            of(who, x, gamma == null ? beta.shape() : gamma.shape(), gamma, beta);
        }
    }

    /// gamma * xhat + beta on rows (count, columns), in tensor algebra; both may be null.
    public static Tensor affine(Tensor xhat, Tensor gamma, Tensor beta) {
        Tensor scaled = gamma == null ? xhat : xhat.multiply(gamma.reshape(gamma.size()));
        return beta == null ? scaled : scaled.add(beta.reshape(beta.size()));
    }

    /// The value of a parameter, or null.
    public static Tensor valueOf(Optional<Param> param) {
        return param.map(Param::value).orElse(null);
    }

    /// Those that are not null.
    public static Tensor[] present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(Objects::nonNull).toArray(Tensor[]::new);
    }

    /// A tensor of that shape to be written, or null.
    public static Tensor emptyLike(Tensor x) {
        return x == null ? null : Tensor.empty(x.shape());
    }

    /// The data of a tensor, or null.
    public static Floats floats(Tensor x) {
        return x == null ? null : x.data();
    }
}
