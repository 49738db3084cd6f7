package norma.norm.weight;

import java.util.Optional;
import norma.kernel.Activation;
import norma.nn.Conv2d;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.Weight;
import norma.norm.RunningStatistics;
import norma.norm.channel.BatchNorm;
import norma.norm.feature.LayerNorm;
import norma.tensor.Tensor;

/// Folds norms that have stopped learning into the layer beside them, so that one affine map computes both.
///
/// The results are layers with parameters of their own; nothing that is given is changed.
public final class Folding {

    private Folding() {
    }

    /// A layer that computes norm(layer(x)) as the norm does in evaluation: with s = gamma / sqrt(var + eps), W' = s W row by
    /// row and b' = (b - mean) s + beta.
    public static Linear batchNorm(Linear layer, BatchNorm norm) {
        if (layer.activation() != Activation.IDENTITY) {
            throw new IllegalArgumentException(
                    "Folding: nothing may stand between the layer and the batch norm; got the activation "
                            + layer.activation() + "; split it off with then(IDENTITY)");
        }
        Affine affine = Affine.of(norm, layer.weight());
        return layer.with(affine.weight(layer.weight())).withBias(affine.bias(layer.bias()));
    }

    /// The same for a convolution.
    public static Conv2d batchNorm(Conv2d layer, BatchNorm norm) {
        Affine affine = Affine.of(norm, layer.weight());
        return layer.with(affine.weight(layer.weight())).withBias(affine.bias(layer.bias()));
    }

    /// A batch norm in evaluation, y = scale x + shift for each channel.
    private record Affine(Tensor scale, Tensor shift) {

        static Affine of(BatchNorm norm, Weight weight) {
            if (norm.running().isEmpty() || norm.channels() != weight.shape().dim(0)) {
                throw new IllegalArgumentException(
                        ("Folding: the batch norm must have running statistics for the %d outputs of the weight %s; got %s")
                                .formatted(weight.shape().dim(0), weight.shape(),
                                        norm.running().map(r -> r.mean().shape().toString()).orElse("none")));
            }
            RunningStatistics running = norm.running().get();
            Tensor rstd = running.variance().value().add(norm.eps()).sqrt().reciprocal();
            Tensor scale = norm.gamma().map(gamma -> rstd.multiply(gamma.value().detach())).orElse(rstd);
            Tensor shift = running.mean().value().multiply(scale).negate();
            return new Affine(scale, norm.beta().map(beta -> shift.add(beta.value().detach())).orElse(shift));
        }

        Param weight(Weight weight) {
            Tensor w = weight.materialized().value().detach();
            return Param.weight(w.multiply(scale.reshape(WeightNorm.perOutput(w.shape()))).copy());
        }

        Param bias(Optional<Param> bias) {
            return Param.noDecay(bias.map(b -> b.value().detach().multiply(scale).add(shift)).orElse(shift).copy());
        }
    }

    /// A layer that computes layer(norm(x)) from the norm without its gain and bias, `LayerNorm.plain(dim).withEps(norm.eps())`:
    /// W' = W gamma column by column and b' = b + W beta.
    public static Linear layerNorm(LayerNorm norm, Linear layer) {
        if (norm.shape().rank() != 1 || norm.shape().dim(0) != layer.weight().shape().dim(1)) {
            throw new IllegalArgumentException(
                    "Folding: the norm must be over the %d inputs of the weight %s; got one over %s"
                            .formatted(layer.weight().shape().dim(1), layer.weight().shape(), norm.shape()));
        }
        Tensor w = layer.weight().materialized().value().detach();
        Tensor folded = norm.gamma().map(gamma -> w.multiply(gamma.value().detach())).orElse(w);
        return new Linear(Param.weight(folded.copy()), bias(layer, w, norm.beta()), layer.activation());
    }

    private static Optional<Param> bias(Linear layer, Tensor w, Optional<Param> beta) {
        Optional<Tensor> b = layer.bias().map(p -> p.value().detach());
        if (beta.isEmpty()) {
            return b.map(values -> Param.noDecay(values.copy()));
        }
        Tensor shift = beta.get().value().detach();
        return Optional.of(Param.noDecay(b.map(values -> Linear.apply(shift, w, values))
                .orElseGet(() -> Linear.apply(shift, w)).copy()));
    }
}
