package norma.catalogue;

import static norma.catalogue.Norms.Group.CONDITIONAL;
import static norma.catalogue.Norms.Group.LENGTHS;
import static norma.catalogue.Norms.Group.NONE;
import static norma.catalogue.Norms.Group.RESPONSES;
import static norma.catalogue.Norms.Group.STATISTICS;
import static norma.catalogue.Norms.Group.STATISTIC_FREE;
import static norma.catalogue.Norms.Group.WEIGHTS;
import static norma.norm.StatisticsAxes.BATCH;
import static norma.norm.StatisticsAxes.COVARIANCE;
import static norma.norm.StatisticsAxes.EARLIER;
import static norma.norm.StatisticsAxes.FEATURES;
import static norma.norm.StatisticsAxes.GROUP;
import static norma.norm.StatisticsAxes.INPUTS;
import static norma.norm.StatisticsAxes.MIXED;
import static norma.norm.StatisticsAxes.NEIGHBOURING_CHANNELS;
import static norma.norm.StatisticsAxes.NEIGHBOURING_POSITIONS;
import static norma.norm.StatisticsAxes.NOTHING;
import static norma.norm.StatisticsAxes.PART_OF_BATCH;
import static norma.norm.StatisticsAxes.POSITIONS;
import static norma.norm.StatisticsAxes.POSITIONS_THEN_CHANNELS;
import static norma.norm.StatisticsAxes.SOME_FEATURES;
import static norma.norm.StatisticsAxes.WEIGHT;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import norma.nn.Layer;
import norma.norm.ConditionalNorm;
import norma.norm.Factory;
import norma.norm.Identity;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.Selu;
import norma.norm.StatisticsAxes;
import norma.norm.channel.AdaptiveImageNorm;
import norma.norm.channel.BatchChannelNorm;
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
import norma.norm.channel.LayerNorm2d;
import norma.norm.channel.LocalResponseNorm;
import norma.norm.channel.MeanOnlyBatchNorm;
import norma.norm.channel.OnlineNorm;
import norma.norm.channel.PixelNorm;
import norma.norm.channel.PositionalNorm;
import norma.norm.channel.SelfNorm;
import norma.norm.channel.SplitBatchNorm;
import norma.norm.channel.StochNorm;
import norma.norm.channel.SwitchableNorm;
import norma.norm.channel.SyncBatchNorm;
import norma.norm.conditional.AdaIn;
import norma.norm.conditional.AdaLayerNorm;
import norma.norm.conditional.AdaLayerNormZero;
import norma.norm.conditional.AdaRmsNorm;
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
import norma.norm.feature.SimpleNorm;
import norma.norm.feature.SimpleRmsNorm;
import norma.norm.weight.CenteredWeightNorm;
import norma.norm.weight.CosineNormalization;
import norma.norm.weight.FixNorm;
import norma.norm.weight.Orthogonal;
import norma.norm.weight.SigmaReparam;
import norma.norm.weight.SpectralNorm;
import norma.norm.weight.WeightNorm;
import norma.norm.weight.WeightStandardization;

/// The catalogue of normalizations: one line each.
public final class Norms {

    /// Families of methods, by what they normalize.
    public enum Group {
        /// Activations, by their statistics.
        STATISTICS("Activations by their statistics"),
        /// Activations, by the answers of their neighbours.
        RESPONSES("Activations by the responses around them"),
        /// Vectors, by their length.
        LENGTHS("Vectors by their length"),
        /// Weights instead of activations.
        WEIGHTS("Weights instead of activations"),
        /// Functions in place of a norm.
        STATISTIC_FREE("Functions in place of a norm"),
        /// Norms that a second input directs, or the whole input.
        CONDITIONAL("Norms whose gain and bias depend on an input"),
        /// No norm.
        NONE("No norm");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        /// For a heading.
        public String title() {
            return title;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// What a method is put on.
    public enum On {
        /// Features on the last axis, x (..., D): what a Transformer's norms are.
        FEATURES("is for features"),
        /// Channels on axis 1, x (N, C, ...).
        CHANNELS("is for images (N, C, H, W), not for sequences; use it in code"),
        /// Activations with a second input.
        CONDITION("needs a second input, which a language model does not have; use it in code"),
        /// The weight of a layer.
        WEIGHT("is put on the weights of a layer, not between layers; use it in code");

        private final String words;

        On(String words) {
            this.words = words;
        }

        /// As the end of a sentence about a method.
        public String words() {
            return words;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What a backward pass is to what is computed in training.
    public enum Gradient {
        /// The derivative, to any order.
        SMOOTH,
        /// The derivative; where two pieces meet there is no second one.
        EDGED,
        /// Not the derivative: some of what depends on x counts as a constant, or the pass is the authors' own.
        OWN
    }

    /// What is known of a method.
    ///
    /// @param name as on the command line
    /// @param group the family it belongs to
    /// @param paper where it comes from
    /// @param over what its statistics are taken over
    /// @param parameters what it learns, for D features, C channels, K features of a condition, weights (O, I)
    /// @param state what it remembers: buffers
    /// @param use what for
    /// @param on what it is put on
    /// @param factory from the options, of [norma.norm.Norm]s, [ConditionalNorm]s or, for methods on weights, of square linear layers
    /// @param gradient what its backward pass is
    public record Entry(String name, Group group, String paper, StatisticsAxes over, String parameters, String state,
            String use,
            On on,
            Function<NormSpec, ? extends Factory<?>> factory, Gradient gradient) {

        private Entry with(Gradient other) {
            return new Entry(name, group, paper, over, parameters, state, use, on, factory, other);
        }
    }

    private static final List<Entry> ALL = List.of(
            features("layer_norm", STATISTICS, "Ba, Kiros & Hinton 2016, arXiv 1607.06450", FEATURES,
                    "gamma D, beta D", "none", "Transformers and recurrent networks; any size of batch",
                    LayerNorm::factory),
            channels("layer_norm_2d", STATISTICS, "Liu et al. 2022, arXiv 2201.03545", FEATURES,
                    "gamma C, beta C", "none", "convolutions built like Transformers (ConvNeXt)", LayerNorm2d::factory),
            features("rms_norm", STATISTICS, "Zhang & Sennrich 2019, arXiv 1910.07467", FEATURES,
                    "gamma D", "none", "large Transformers: a layer norm without the mean",
                    RmsNorm::factory),
            features("prms_norm", STATISTICS, "Zhang & Sennrich 2019, arXiv 1910.07467", SOME_FEATURES,
                    "gamma D", "none", "where even the mean square is too dear", PartialRmsNorm::factory),
            features("crms_norm", STATISTICS, "Jiang et al. 2023, arXiv 2305.14858", FEATURES,
                    "none", "none",
                    "to turn a trained pre-norm Transformer with layer norms into one with RMS norms, exactly",
                    CenteredRmsNorm::factory),
            features("simple_rms_norm", STATISTICS, "Qin et al. 2023, arXiv 2307.14995", FEATURES,
                    "none", "none", "linear attention, and as a norm without parameters", SimpleRmsNorm::factory),
            features("simple_norm", STATISTICS, "timm", FEATURES,
                    "gamma D", "none", "models of timm that were trained with it", SimpleNorm::factory),
            conditional("gated_rms_norm", STATISTICS, "Dao & Gu 2024, arXiv 2405.21060", FEATURES,
                    "gamma D", "none", "behind state space and linear attention layers (Mamba-2)",
                    GatedRmsNorm::factory),
            channels("batch_norm", STATISTICS, "Ioffe & Szegedy 2015, arXiv 1502.03167", BATCH,
                    "gamma C, beta C", "mean C, variance C, batches", "convolutions with 16 examples a device or more",
                    BatchNorm::factory),
            channels("frozen_batch_norm", STATISTICS, "torchvision", NOTHING,
                    "none", "gamma C, beta C, mean C, variance C",
                    "to tune a trained network with small batches (detection)", FrozenBatchNorm::factory),
            channels("sync_batch_norm", STATISTICS, "PyTorch; Chan, Golub & LeVeque 1979", BATCH,
                    "gamma C, beta C", "mean C, variance C, batches", "small batches on many devices",
                    SyncBatchNorm::factory),
            channels("ghost_batch_norm", STATISTICS, "Hoffer, Hubara & Soudry 2017, arXiv 1705.08741", PART_OF_BATCH,
                    "gamma C, beta C", "mean C, variance C, batches",
                    "large batches that should train with the noise of small ones", GhostBatchNorm::factory),
            channels("split_batch_norm", STATISTICS,
                    "Xie et al. 2020, arXiv 1911.09665; Chang et al. 2019, arXiv 1906.03950",
                    PART_OF_BATCH, "gamma C, beta C of each", "mean C, variance C, batches of each",
                    "several sources of data in one network: clean and adversarial, domains", SplitBatchNorm::factory),
            channels("batch_renorm", STATISTICS, "Ioffe 2017, arXiv 1702.03275", BATCH,
                    "gamma C, beta C", "mean C, std C", "batches of a few examples that are not independent",
                    BatchRenorm::factory).with(Gradient.OWN),
            conditional("virtual_batch_norm", STATISTICS, "Salimans et al. 2016, arXiv 1606.03498", MIXED,
                    "gamma C, beta C", "none", "generators, whose examples must not see each other",
                    VirtualBatchNorm::factory),
            channels("mean_only_batch_norm", STATISTICS, "Salimans & Kingma 2016, arXiv 1602.07868", BATCH,
                    "beta C", "mean C", "beside weight norm", MeanOnlyBatchNorm::factory),
            channels("batch_instance_norm", STATISTICS, "Nam & Kim 2018, arXiv 1805.07925", MIXED,
                    "rho C, gamma C, beta C", "mean C, variance C, batches",
                    "to let each channel choose how much style it drops", BatchInstanceNorm::factory),
            channels("switchable_norm", STATISTICS, "Luo et al. 2018, arXiv 1806.10779", MIXED,
                    "6 weights, gamma C, beta C", "mean C, variance C, batches",
                    "when in doubt between batch, instance and layer norm: it learns the mixture",
                    SwitchableNorm::factory),
            channels("stoch_norm", STATISTICS, "Kou et al. 2020, NeurIPS", BATCH,
                    "gamma C, beta C", "mean C, variance C, batches", "fine-tuning on little data", StochNorm::factory),
            channels("online_norm", STATISTICS, "Chiley et al. 2019, arXiv 1905.05894", EARLIER,
                    "gamma C, beta C", "mean C, variance C, u C, v C", "one example at a time", OnlineNorm::factory)
                    .with(Gradient.OWN),
            features("power_norm", STATISTICS, "Shen et al. 2020, arXiv 2003.07845", BATCH,
                    "gamma D, beta D", "phi D, nu D, steps",
                    "Transformer encoders, in place of layer norm; not in decoders, whose future it sees",
                    PowerNorm::factory).with(Gradient.OWN),
            channels("decorrelated_batch_norm", STATISTICS, "Huang et al. 2018, arXiv 1804.08450", COVARIANCE,
                    "gamma C, beta C", "mean C, G matrices",
                    "when correlated channels slow the training, and batches are large",
                    DecorrelatedBatchNorm::factory),
            channels("iter_norm", STATISTICS, "Huang et al. 2019, arXiv 1904.03441", COVARIANCE,
                    "gamma C, beta C", "mean C, G matrices",
                    "as decorrelated batch norm, without eigenvalues; also for large groups", IterNorm::factory),
            channels("group_norm", STATISTICS, "Wu & He 2018, arXiv 1803.08494", GROUP,
                    "gamma C, beta C", "none", "convolutions with small batches; diffusion models", GroupNorm::factory),
            channels("batch_channel_norm", STATISTICS, "Qiao et al. 2019, arXiv 1903.10520", MIXED,
                    "gamma C, beta C, twice", "mean C, variance C, batches",
                    "beside weight standardization, for small batches", BatchChannelNorm::factory),
            channels("instance_norm", STATISTICS, "Ulyanov et al. 2016, arXiv 1607.08022", POSITIONS,
                    "none, or gamma C, beta C", "none", "style transfer: it takes the contrast out of each image",
                    InstanceNorm::factory),
            channels("pixel_norm", STATISTICS, "Karras et al. 2018, arXiv 1710.10196", FEATURES,
                    "none", "none", "generators that grow (ProGAN, the mapping network of StyleGAN)",
                    PixelNorm::factory),
            channels("positional_norm", STATISTICS, "Li et al. 2019, arXiv 1907.04312", FEATURES,
                    "none", "none", "generators that hand mean and deviation on to later layers",
                    PositionalNorm::factory),
            channels("cross_norm", STATISTICS, "Tang et al. 2021, arXiv 2102.02811", MIXED,
                    "none", "none", "augmentation against a change of style between training and use",
                    CrossNorm::factory),
            channels("self_norm", STATISTICS, "Tang et al. 2021, arXiv 2102.02811", MIXED,
                    "weights 2 C, a batch norm; or both twice", "those of the batch norm",
                    "to recalibrate style; with cross norm", SelfNorm::factory),
            channels("divisive_norm", STATISTICS, "Heeger 1992; Ren et al. 2017, arXiv 1611.04520",
                    NEIGHBOURING_POSITIONS,
                    "sigma", "none", "vision by local contrast; models of the cortex", DivisiveNorm::factory),
            channels("local_response_norm", RESPONSES, "Krizhevsky, Sutskever & Hinton 2012", NEIGHBOURING_CHANNELS,
                    "none", "none", "AlexNet and its relatives", LocalResponseNorm::factory),
            channels("filter_response_norm", RESPONSES, "Singh & Krishnan 2019, arXiv 1911.09737", POSITIONS,
                    "gamma C, beta C, tau C, l", "none",
                    "convolutions with any batch, with a warm-up of the learning rate", FilterResponseNorm::factory)
                    .with(Gradient.EDGED),
            channels("evonorm_b0", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", BATCH,
                    "v C, gamma C, beta C", "variance C", "in place of batch norm and ReLU, large batches",
                    EvoNormB.factory(EvoNormB.Form.B0)).with(Gradient.EDGED),
            channels("evonorm_b1", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", BATCH,
                    "gamma C, beta C", "variance C", "as evonorm_b0, without its v",
                    EvoNormB.factory(EvoNormB.Form.B1)).with(Gradient.EDGED),
            channels("evonorm_b2", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", BATCH,
                    "gamma C, beta C", "variance C", "as evonorm_b0, without its v",
                    EvoNormB.factory(EvoNormB.Form.B2)).with(Gradient.EDGED),
            channels("evonorm_s0", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", GROUP,
                    "v C, gamma C, beta C", "none", "in place of group norm and its nonlinearity, small batches",
                    EvoNormS.factory(EvoNormS.Form.S0)),
            channels("evonorm_s1", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", GROUP,
                    "gamma C, beta C", "none", "as evonorm_s0, with SiLU",
                    EvoNormS.factory(EvoNormS.Form.S1)),
            channels("evonorm_s2", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", GROUP,
                    "gamma C, beta C", "none", "as evonorm_s1, by mean squares",
                    EvoNormS.factory(EvoNormS.Form.S2)),
            channels("global_response_norm", RESPONSES, "Woo et al. 2023, arXiv 2301.00808", POSITIONS_THEN_CHANNELS,
                    "gamma C, beta C", "none", "between the layers of ConvNeXt V2: channels compete",
                    GlobalResponseNorm::factory),
            features("lp_normalize", LENGTHS, "none: x / ||x||", FEATURES,
                    "none", "none", "embeddings that are compared by cosine", LpNormalize::factory),
            features("scale_norm", LENGTHS, "Nguyen & Salazar 2019, arXiv 1910.05895", FEATURES,
                    "g", "none", "a layer norm of one parameter; small translation models", ScaleNorm::factory),
            weights("fix_norm", LENGTHS, "Nguyen & Chiang 2018, arXiv 1710.01329", INPUTS,
                    "g", "none", "output embeddings of translation models: rare words get a chance", FixNorm::factory),
            weights("cosine_normalization", LENGTHS, "Luo et al. 2017, arXiv 1702.05870", INPUTS,
                    "none", "none", "linear layers whose outputs must stay in [-1, 1]", CosineNormalization::factory),
            features("ada_norm", LENGTHS, "Xu et al. 2019, arXiv 1911.07013", FEATURES,
                    "none", "none", "a layer norm whose gain follows the input, without parameters to overfit",
                    AdaNorm::factory).with(Gradient.OWN),
            features("seed_norm", LENGTHS, "Cai et al. 2025, arXiv 2510.22777", FEATURES,
                    "alpha D, beta D, gamma D", "none", "a gain that follows the input, from the token alone",
                    SeedNorm::factory),
            weights("weight_norm", WEIGHTS, "Salimans & Kingma 2016, arXiv 1602.07868", INPUTS,
                    "g O", "none", "generators, reinforcement learning, recurrent networks: no batch at all",
                    WeightNorm::factory),
            weights("centered_weight_norm", WEIGHTS, "Huang et al. 2017, arXiv 1710.02338", INPUTS,
                    "g O", "none", "as weight norm, with weights of mean 0", CenteredWeightNorm::factory),
            weights("weight_standardization", WEIGHTS, "Qiao et al. 2019, arXiv 1903.10520", INPUTS,
                    "none, or gain O", "none", "with group norm, for small batches", WeightStandardization::factory),
            weights("spectral_norm", WEIGHTS, "Miyato et al. 2018, arXiv 1802.05957", WEIGHT,
                    "none", "u O, v I", "discriminators, and wherever a layer must not stretch distances",
                    SpectralNorm::factory).with(Gradient.OWN),
            weights("sigma_reparam", WEIGHTS, "Zhai et al. 2023, arXiv 2303.06296", WEIGHT,
                    "gamma", "u O, v I", "attention whose entropy collapses", SigmaReparam::factory)
                    .with(Gradient.OWN),
            weights("orthogonal", WEIGHTS, "Anil, Lucas & Grosse 2018, arXiv 1811.05381", WEIGHT,
                    "none", "none", "layers that keep lengths: Lipschitz bounds, deep linear and recurrent networks",
                    Orthogonal::factory),
            features("dynamic_tanh", STATISTIC_FREE, "Zhu et al. 2025, arXiv 2503.10622", NOTHING,
                    "alpha, gamma D, beta D", "none", "in place of a Transformer's norms, if no statistics are wanted",
                    DynamicTanh::factory),
            features("dynamic_erf", STATISTIC_FREE, "Chen et al. 2025, arXiv 2512.10938", NOTHING,
                    "alpha, s, gamma D, beta D", "none", "as dynamic tanh, which its authors report it to beat",
                    DynamicErf::factory),
            features("dynamic_isru", STATISTIC_FREE, "no paper", NOTHING,
                    "b, gamma D, beta D", "none", "as dynamic tanh, without transcendental functions",
                    DynamicIsru::factory),
            features("selu", STATISTIC_FREE, "Klambauer et al. 2017, arXiv 1706.02515", NOTHING,
                    "none", "none", "deep plain networks without norms, weights of N(0, 1 / n)", Selu::factory)
                    .with(Gradient.EDGED),
            conditional("adain", CONDITIONAL, "Huang & Belongie 2017, arXiv 1703.06868", POSITIONS,
                    "none", "none", "style transfer to any style", AdaIn::factory),
            conditional("film", CONDITIONAL, "Perez et al. 2018, arXiv 1709.07871", NOTHING,
                    "linear K to 2 C", "none", "to steer a network by a question, a speaker, a point in time",
                    Film::factory),
            conditional("conditional_batch_norm", CONDITIONAL, "de Vries et al. 2017, arXiv 1707.00683", BATCH,
                    "two tables, classes x C", "mean C, variance C, batches",
                    "one generator for several classes or styles", ConditionalBatchNorm::factory),
            conditional("spade", CONDITIONAL, "Park et al. 2019, arXiv 1903.07291", POSITIONS,
                    "three convolutions", "none", "images from a map of labels", Spade::factory)
                    .with(Gradient.EDGED),
            conditional("ada_layer_norm", CONDITIONAL, "Peebles & Xie 2022, arXiv 2212.09748", FEATURES,
                    "linear K to 2 D", "none", "diffusion Transformers: time and class", AdaLayerNorm::factory),
            conditional("ada_layer_norm_zero", CONDITIONAL, "Peebles & Xie 2022, arXiv 2212.09748", FEATURES,
                    "linear K to 3 D", "none", "diffusion Transformers: blocks that begin as the identity",
                    AdaLayerNormZero::factory),
            conditional("ada_rms_norm", CONDITIONAL, "x-transformers", FEATURES,
                    "linear K to D", "none", "as adaptive layer norm, scale alone", AdaRmsNorm::factory),
            features("normformer_adaptive", CONDITIONAL, "no paper; an article's idea", FEATURES,
                    "g0 D, b0 D, a small Transformer", "none",
                    "experiments: does a gain that reads the sequence pay? compare at equal parameters",
                    AdaptiveNormFormer::factory),
            channels("normformer_adaptive_image", CONDITIONAL, "no paper; an article's idea", GROUP,
                    "g0 C, b0 C, a small Transformer", "none", "the same for images", AdaptiveImageNorm::factory),
            features("identity", NONE, "none", NOTHING,
                    "none", "none", "to see what a norm is worth", Identity::factory));

    private Norms() {
    }

    private static Entry features(String name, Group group, String paper, StatisticsAxes over, String parameters,
            String state,
            String use,
            Function<NormSpec, NormFactory> factory) {
        return new Entry(name, group, paper, over, parameters, state, use, On.FEATURES, factory, Gradient.SMOOTH);
    }

    private static Entry channels(String name, Group group, String paper, StatisticsAxes over, String parameters,
            String state,
            String use,
            Function<NormSpec, NormFactory> factory) {
        return new Entry(name, group, paper, over, parameters, state, use, On.CHANNELS, factory, Gradient.SMOOTH);
    }

    private static Entry conditional(String name, Group group, String paper, StatisticsAxes over, String parameters,
            String state,
            String use,
            Function<NormSpec, Factory<ConditionalNorm>> factory) {
        return new Entry(name, group, paper, over, parameters, state, use, On.CONDITION, factory, Gradient.SMOOTH);
    }

    private static Entry weights(String name, Group group, String paper, StatisticsAxes over, String parameters,
            String state,
            String use,
            Function<NormSpec, Factory<Layer>> factory) {
        return new Entry(name, group, paper, over, parameters, state, use, On.WEIGHT, factory, Gradient.SMOOTH);
    }

    /// All methods, in the order of the catalogue.
    public static List<Entry> all() {
        return ALL;
    }

    /// What some methods are called for short.
    private static final Map<String, String> SHORT = Map.of("dyt", "dynamic_tanh", "derf", "dynamic_erf");

    /// The method of that name.
    public static Entry named(String name) {
        String whole = SHORT.getOrDefault(name, name);
        return ALL.stream().filter(e -> e.name().equals(whole)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("norm: must be one of %s; got '%s'"
                        .formatted(ALL.stream().map(Entry::name).toList(), name)));
    }

    /// The factory that a text such as `group_norm{groups=8}` names, whatever it is put on.
    ///
    /// @param causal whether the parts are for a decoder, so that they must not look ahead
    public static Factory<?> any(String text, boolean causal) {
        NormSpec spec = NormSpec.parse(text, causal);
        Factory<?> factory = named(spec.name()).factory().apply(spec);
        spec.finish();
        return factory;
    }

    /// The factory of a Transformer's norms that a text such as `rms_norm{eps=1e-5}` names.
    ///
    /// @param causal whether the norms are for a decoder, so that they must not look ahead
    public static NormFactory factory(String text, boolean causal) {
        Entry entry = named(NormSpec.parse(text, causal).name());
        if (entry.on() != On.FEATURES) {
            throw new IllegalArgumentException("norm: " + entry.name() + " " + entry.on().words());
        }
        return NormFactory.named(text, () -> (NormFactory) any(text, causal));
    }
}
