package norma.norm.feature;

import java.util.function.IntFunction;
import norma.nn.Init;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.feature.AdaptiveNormFormer.Options;

/// Makes adaptive norms; tied ones read from the same trunks everywhere in the model.
final class AdaptiveFactory implements NormFactory {
    private final IntFunction<Options> options;
    private final boolean tied;
    private AdaptiveNetwork gammaTrunk;
    private AdaptiveNetwork betaTrunk;

    AdaptiveFactory(IntFunction<Options> options, boolean tied) {
        this.options = options;
        this.tied = tied;
    }

    @Override
    public Norm create(Init init, int dim) {
        Options chosen = options.apply(dim);
        if (!tied) {
            return AdaptiveNormFormer.of(init, dim, chosen);
        }
        if (gammaTrunk == null) {
            gammaTrunk = AdaptiveNormFormer.trunk(init.at("gammaTrunk"), dim, chosen);
            betaTrunk = chosen.shared() ? null : AdaptiveNormFormer.trunk(init.at("betaTrunk"), dim, chosen);
        }
        return AdaptiveNormFormer.of(init, dim, chosen, gammaTrunk, betaTrunk);
    }

    @Override
    public NormFactory plain() {
        return switch (options.apply(1).base()) {
            case LAYER -> (_, dim) -> LayerNorm.of(dim);
            case RMS -> (_, dim) -> RmsNorm.of(dim);
        };
    }
}
