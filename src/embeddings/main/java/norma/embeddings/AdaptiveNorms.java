package norma.embeddings;

import java.util.stream.Stream;
import norma.model.Bert;
import norma.nn.Init;
import norma.norm.Norm;
import norma.norm.feature.AdaptiveNormFormer;
import norma.norm.feature.AdaptiveNormFormer.Options;
import norma.norm.feature.LayerNorm;

/// Replaces each layer norm behind a residual sum with an [AdaptiveNormFormer]. Its networks begin with zeros, so at first the model
/// computes what it did before. The gains and biases of the layer norms are shared.
///
/// The norm of the embeddings stays, since it is before the residual stream.
final class AdaptiveNorms {
    private final Options options;
    private final Init init;
    private int count;

    private AdaptiveNorms(Options options, Init init) {
        this.options = options;
        this.init = init;
    }

    /// @param init first values of the networks
    static Bert in(Bert bert, Init init) {
        var norms = new AdaptiveNorms(Options.of(false, bert.config().dim()), init);
        return bert.withNorms(norms::inPlaceOf);
    }

    /// Whether a parameter is one that the layer norm did not have.
    static boolean hasAlone(String name) {
        return name.contains(".norm.") && Stream.of("gamma", "beta", "gammaHead.bias", "betaHead.bias")
                .noneMatch(shared -> name.endsWith(".norm." + shared));
    }

    private Norm inPlaceOf(Norm trained) {
        if (!(trained instanceof LayerNorm norm)) {
            throw new IllegalStateException("AdaptiveNorms: only a layer norm can be replaced; got "
                    + trained.getClass().getSimpleName() + "; are they replaced already?");
        }
        return AdaptiveNormFormer.of(init.at("norms." + count++), norm.shape().dim(0), options).inPlaceOf(norm);
    }
}
