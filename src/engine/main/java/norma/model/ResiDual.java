package norma.model;

import java.util.List;
import norma.nn.Context;
import norma.nn.Layer;
import norma.nn.Parts;
import norma.norm.Norm;
import norma.tensor.Tensor;

/// A stack of sublayers with two streams, one post-norm and one that is never normalized on the way (ResiDual; Xie et al. 2023, arXiv
/// 2304.14802):
///
///     x_{i+1} = N_i(x_i + f_i(x_i))    d_{i+1} = d_i + f_i(x_i)    y = x_n + N(d_n)    x_0 = d_0 = x
///
/// The first keeps representations from collapsing, the second gradients from vanishing. Shapes: x and y (B, T, D).
///
/// @param sublayers f_i
/// @param norms N_i
/// @param dual N
public record ResiDual(List<Layer> sublayers, List<Norm> norms, Norm dual) implements Layer {

    /// Checks that every sublayer has its norm.
    public ResiDual {
        if (sublayers.size() != norms.size()) {
            throw new IllegalArgumentException("ResiDual: every sublayer needs a norm; got %d sublayers and %d norms"
                    .formatted(sublayers.size(), norms.size()));
        }
        sublayers = List.copyOf(sublayers);
        norms = List.copyOf(norms);
    }

    @Override
    public Tensor forward(Tensor x, Context context) {
        Tensor post = x, sum = x;
        for (int i = 0; i < norms.size(); i++) {
            Tensor branch = sublayers.get(i).forward(post, context);
            sum = sum.add(branch);
            post = norms.get(i).forward(post.add(branch), context);
        }
        return post.add(dual.forward(sum, context));
    }

    @Override
    public void list(Parts parts) {
        parts.add("sublayers", sublayers).add("norms", norms).add("dual", dual);
    }
}
