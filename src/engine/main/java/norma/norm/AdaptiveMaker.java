package norma.norm;

import java.util.function.IntFunction;
import norma.nn.Init;
import norma.norm.AdaptiveNormFormer.Options;

/// Makes adaptive norms; tied ones read from the same trunks everywhere in the model.
final class AdaptiveMaker implements NormMaker {
    private final IntFunction<Options> options;
    private final boolean tied;
    private Trunk gammaTrunk;
    private Trunk betaTrunk;

    AdaptiveMaker(IntFunction<Options> options, boolean tied) {
        this.options = options;
        this.tied = tied;
    }

    @Override
    public Norm make(Init init, int dim) {
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
    public NormMaker plain() {
        return switch (options.apply(1).base()) {
            case LAYER -> (_, dim) -> LayerNorm.of(dim);
            case RMS -> (_, dim) -> RmsNorm.of(dim);
        };
    }
}
