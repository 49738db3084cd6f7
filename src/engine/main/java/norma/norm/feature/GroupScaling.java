package norma.norm.feature;

import norma.nn.Context;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// y = x / sqrt(mean(x^2) + eps) over each group of consecutive features of a token: what comes before [PowerNorm] (Shen et al.
/// 2020, arXiv 2003.07845).
///
/// Shapes: x (..., D).
///
/// @param groups a divisor of D
/// @param eps added to the mean square
public record GroupScaling(int groups, float eps) implements Norm {

    @Override
    public Tensor forward(Tensor x, Context context) {
        int dim = x.dim(-1);
        if (groups < 1 || dim % groups != 0) {
            throw new IllegalArgumentException("GroupScaling: groups must divide the last axis of x %s; got %d"
                    .formatted(x.shape(), groups));
        }
        Tensor parts = x.reshape(x.shape().slice(0, x.shape().rank() - 1).append(groups, dim / groups));
        return RmsNorm.plain(dim / groups, eps).forward(parts, context).reshape(x.shape());
    }

    @Override
    public void list(Parts parts) {
        // nothing is learned
    }
}
