package norma.norm.feature;

import java.util.function.IntFunction;
import norma.nn.Init;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.feature.AdaptiveNormFormer.Options;

/// Makes adaptive norms; tied ones read from the trunks of the first norm of the model.
final class AdaptiveFactory implements NormFactory {
    private final IntFunction<Options> options;
    private final boolean tied;
    private AdaptiveNormFormer first;

    AdaptiveFactory(IntFunction<Options> options, boolean tied) {
        this.options = options;
        this.tied = tied;
    }

    @Override
    public Norm create(Init init, int dim) {
        Options chosen = options.apply(dim);
        if (tied && first != null) {
            return AdaptiveNormFormer.of(init, dim, chosen, first.gammaTrunk(), first.betaTrunk());
        }
        first = AdaptiveNormFormer.of(init, dim, chosen);
        return first;
    }

    @Override
    public NormFactory plain() {
        return switch (options.apply(1).base()) {
            case LAYER -> (_, dim) -> LayerNorm.of(dim);
            case RMS -> (_, dim) -> RmsNorm.of(dim);
        };
    }
}
