package norma.catalogue;

import java.util.Map;
import java.util.function.Consumer;
import norma.norm.FrequencySplit;
import norma.norm.GoldenCase;
import norma.norm.Identity;
import norma.norm.channel.BatchInstanceNorm;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.BatchRenorm;
import norma.norm.channel.CrossNorm;
import norma.norm.channel.DecorrelatedBatchNorm;
import norma.norm.channel.DivisiveNorm;
import norma.norm.channel.EvoNormB;
import norma.norm.channel.EvoNormS;
import norma.norm.channel.FilterResponseNorm;
import norma.norm.channel.FrozenBatchNorm;
import norma.norm.channel.GhostBatchNorm;
import norma.norm.channel.GlobalResponseNorm;
import norma.norm.channel.GroupNorm;
import norma.norm.channel.InstanceNorm;
import norma.norm.channel.IterNorm;
import norma.norm.channel.LocalResponseNorm;
import norma.norm.channel.MeanOnlyBatchNorm;
import norma.norm.channel.OnlineNorm;
import norma.norm.channel.PixelNorm;
import norma.norm.channel.PositionalNorm;
import norma.norm.channel.SelfNorm;
import norma.norm.channel.StochNorm;
import norma.norm.channel.SwitchableNorm;
import norma.norm.channel.SyncBatchNorm;
import norma.norm.conditional.AdaIn;
import norma.norm.conditional.AdaLayerNorm;
import norma.norm.conditional.AdaLayerNormZero;
import norma.norm.conditional.ConditionalBatchNorm;
import norma.norm.conditional.Film;
import norma.norm.conditional.GatedRmsNorm;
import norma.norm.conditional.Spade;
import norma.norm.conditional.VirtualBatchNorm;
import norma.norm.feature.AdaNorm;
import norma.norm.feature.AdaptiveNormFormer;
import norma.norm.feature.CenteredRmsNorm;
import norma.norm.feature.DynamicErf;
import norma.norm.feature.DynamicIsru;
import norma.norm.feature.DynamicTanh;
import norma.norm.feature.LayerNorm;
import norma.norm.feature.LpNormalize;
import norma.norm.feature.PartialRmsNorm;
import norma.norm.feature.PowerNorm;
import norma.norm.feature.RmsNorm;
import norma.norm.feature.ScaleNorm;
import norma.norm.feature.SeedNorm;
import norma.norm.feature.SimpleRmsNorm;
import norma.norm.weight.CenteredWeightNorm;
import norma.norm.weight.CosineNormalization;
import norma.norm.weight.FixNorm;
import norma.norm.weight.SpectralNorm;
import norma.norm.weight.WeightNorm;
import norma.norm.weight.WeightStandardization;

/// How golden vectors of norms are computed.
public final class GoldenNorms {
    private static final Map<String, Consumer<GoldenCase>> ALL = Map.ofEntries(
            Map.entry("layer_norm", LayerNorm::golden),
            Map.entry("rms_norm", RmsNorm::golden),
            Map.entry("prms_norm", PartialRmsNorm::golden),
            Map.entry("crms_norm", CenteredRmsNorm::golden),
            Map.entry("simple_rms_norm", SimpleRmsNorm::golden),
            Map.entry("gated_rms_norm", GatedRmsNorm::golden),
            Map.entry("batch_norm", BatchNorm::golden),
            Map.entry("frozen_batch_norm", FrozenBatchNorm::golden),
            Map.entry("sync_batch_norm", SyncBatchNorm::golden),
            Map.entry("ghost_batch_norm", GhostBatchNorm::golden),
            Map.entry("batch_renorm", BatchRenorm::golden),
            Map.entry("virtual_batch_norm", VirtualBatchNorm::golden),
            Map.entry("mean_only_batch_norm", MeanOnlyBatchNorm::golden),
            Map.entry("batch_instance_norm", BatchInstanceNorm::golden),
            Map.entry("switchable_norm", SwitchableNorm::golden),
            Map.entry("stoch_norm", StochNorm::golden),
            Map.entry("online_norm", OnlineNorm::golden),
            Map.entry("power_norm", PowerNorm::golden),
            Map.entry("decorrelated_batch_norm", DecorrelatedBatchNorm::golden),
            Map.entry("iter_norm", IterNorm::golden),
            Map.entry("group_norm", GroupNorm::golden),
            Map.entry("instance_norm", InstanceNorm::golden),
            Map.entry("pixel_norm", PixelNorm::golden),
            Map.entry("positional_norm", PositionalNorm::golden),
            Map.entry("cross_norm", CrossNorm::golden),
            Map.entry("self_norm", SelfNorm::golden),
            Map.entry("divisive_norm", DivisiveNorm::golden),
            Map.entry("local_response_norm", LocalResponseNorm::golden),
            Map.entry("filter_response_norm", FilterResponseNorm::golden),
            Map.entry("evonorm_b0", EvoNormB::golden),
            Map.entry("evonorm_s0", EvoNormS::golden),
            Map.entry("global_response_norm", GlobalResponseNorm::golden),
            Map.entry("lp_normalize", LpNormalize::golden),
            Map.entry("scale_norm", ScaleNorm::golden),
            Map.entry("fix_norm", FixNorm::golden),
            Map.entry("cosine_normalization", CosineNormalization::golden),
            Map.entry("ada_norm", AdaNorm::golden),
            Map.entry("seed_norm", SeedNorm::golden),
            Map.entry("weight_norm", WeightNorm::golden),
            Map.entry("centered_weight_norm", CenteredWeightNorm::golden),
            Map.entry("weight_standardization", WeightStandardization::golden),
            Map.entry("spectral_norm", SpectralNorm::golden),
            Map.entry("dynamic_tanh", DynamicTanh::golden),
            Map.entry("dynamic_erf", DynamicErf::golden),
            Map.entry("dynamic_isru", DynamicIsru::golden),
            Map.entry("adain", AdaIn::golden),
            Map.entry("film", Film::golden),
            Map.entry("conditional_batch_norm", ConditionalBatchNorm::golden),
            Map.entry("spade", Spade::golden),
            Map.entry("ada_layer_norm", AdaLayerNorm::golden),
            Map.entry("ada_layer_norm_zero", AdaLayerNormZero::golden),
            Map.entry("normformer_adaptive", AdaptiveNormFormer::golden),
            Map.entry("identity", Identity::golden),
            Map.entry("frequency_split", FrequencySplit::golden));

    private GoldenNorms() {
    }

    /// By name; null if none of this package are called so.
    public static Consumer<GoldenCase> named(String name) {
        return ALL.get(name);
    }
}
