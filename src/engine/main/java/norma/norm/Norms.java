package norma.norm;

import static norma.norm.Norms.Group.CONDITIONAL;
import static norma.norm.Norms.Group.LENGTHS;
import static norma.norm.Norms.Group.NONE;
import static norma.norm.Norms.Group.RESPONSES;
import static norma.norm.Norms.Group.STATISTICS;
import static norma.norm.Norms.Group.STATISTIC_FREE;
import static norma.norm.Norms.Group.WEIGHTS;
import static norma.norm.Over.BATCH;
import static norma.norm.Over.COVARIANCE;
import static norma.norm.Over.EARLIER;
import static norma.norm.Over.FEATURES;
import static norma.norm.Over.GROUP;
import static norma.norm.Over.INPUTS;
import static norma.norm.Over.MIXED;
import static norma.norm.Over.NEIGHBOURING_CHANNELS;
import static norma.norm.Over.NEIGHBOURING_POSITIONS;
import static norma.norm.Over.NOTHING;
import static norma.norm.Over.PART_OF_BATCH;
import static norma.norm.Over.POSITIONS;
import static norma.norm.Over.POSITIONS_THEN_CHANNELS;
import static norma.norm.Over.SOME_FEATURES;
import static norma.norm.Over.WEIGHT;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.Weight;

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
    /// @param name as on the command line and of its golden vectors
    /// @param group the family it belongs to
    /// @param paper where it comes from
    /// @param over what its statistics are taken over
    /// @param parameters what it learns, for D features, C channels, K features of a condition, weights (O, I)
    /// @param state what it remembers: buffers
    /// @param use what for
    /// @param on what it is put on
    /// @param maker from the options, of [Norm]s, [Conditional]s or, for methods on weights, of square linear layers
    /// @param gradient what its backward pass is
    /// @param golden how it computes a golden vector, or null if there are none
    public record Entry(String name, Group group, String paper, Over over, String parameters, String state, String use,
            On on,
            Function<Spec, ? extends Maker<?>> maker, Gradient gradient, Consumer<GoldenCase> golden) {

        private Entry with(Gradient other) {
            return new Entry(name, group, paper, over, parameters, state, use, on, maker, other, golden);
        }
    }

    private static final List<Entry> ALL = List.of(
            features("layer_norm", STATISTICS, "Ba, Kiros & Hinton 2016, arXiv 1607.06450", FEATURES,
                    "gamma D, beta D", "none", "Transformers and recurrent networks; any size of batch",
                    LayerNorm::maker, LayerNorm::golden),
            channels("layer_norm_2d", STATISTICS, "Liu et al. 2022, arXiv 2201.03545", FEATURES,
                    "gamma C, beta C", "none", "convolutions built like Transformers (ConvNeXt)", LayerNorm2d::maker,
                    null),
            features("rms_norm", STATISTICS, "Zhang & Sennrich 2019, arXiv 1910.07467", FEATURES,
                    "gamma D", "none", "large Transformers: a layer norm without the mean",
                    RmsNorm::maker, RmsNorm::golden),
            features("prms_norm", STATISTICS, "Zhang & Sennrich 2019, arXiv 1910.07467", SOME_FEATURES,
                    "gamma D", "none", "where even the mean square is too dear", PartialRmsNorm::maker,
                    PartialRmsNorm::golden),
            features("crms_norm", STATISTICS, "Jiang et al. 2023, arXiv 2305.14858", FEATURES,
                    "none", "none",
                    "to turn a trained pre-norm Transformer with layer norms into one with RMS norms, exactly",
                    CentredRmsNorm::maker, CentredRmsNorm::golden),
            features("simple_rms_norm", STATISTICS, "Qin et al. 2023, arXiv 2307.14995", FEATURES,
                    "none", "none", "linear attention, and as a norm without parameters", SimpleRmsNorm::maker,
                    SimpleRmsNorm::golden),
            features("simple_norm", STATISTICS, "timm", FEATURES,
                    "gamma D", "none", "models of timm that were trained with it", SimpleNorm::maker, null),
            conditional("gated_rms_norm", STATISTICS, "Dao & Gu 2024, arXiv 2405.21060", FEATURES,
                    "gamma D", "none", "behind state space and linear attention layers (Mamba-2)", GatedRmsNorm::maker,
                    GatedRmsNorm::golden),
            channels("batch_norm", STATISTICS, "Ioffe & Szegedy 2015, arXiv 1502.03167", BATCH,
                    "gamma C, beta C", "mean C, variance C, batches", "convolutions with 16 examples a device or more",
                    BatchNorm::maker, BatchNorm::golden),
            channels("frozen_batch_norm", STATISTICS, "torchvision", NOTHING,
                    "none", "gamma C, beta C, mean C, variance C",
                    "to tune a trained network with small batches (detection)", FrozenBatchNorm::maker,
                    FrozenBatchNorm::golden),
            channels("sync_batch_norm", STATISTICS, "PyTorch; Chan, Golub & LeVeque 1979", BATCH,
                    "gamma C, beta C", "mean C, variance C, batches", "small batches on many devices",
                    SyncBatchNorm::maker, SyncBatchNorm::golden),
            channels("ghost_batch_norm", STATISTICS, "Hoffer, Hubara & Soudry 2017, arXiv 1705.08741", PART_OF_BATCH,
                    "gamma C, beta C", "mean C, variance C, batches",
                    "large batches that should train with the noise of small ones", GhostBatchNorm::maker,
                    GhostBatchNorm::golden),
            channels("split_batch_norm", STATISTICS,
                    "Xie et al. 2020, arXiv 1911.09665; Chang et al. 2019, arXiv 1906.03950",
                    PART_OF_BATCH, "gamma C, beta C of each", "mean C, variance C, batches of each",
                    "several sources of data in one network: clean and adversarial, domains", SplitBatchNorm::maker,
                    null),
            channels("batch_renorm", STATISTICS, "Ioffe 2017, arXiv 1702.03275", BATCH,
                    "gamma C, beta C", "mean C, std C", "batches of a few examples that are not independent",
                    BatchRenorm::maker, BatchRenorm::golden).with(Gradient.OWN),
            conditional("virtual_batch_norm", STATISTICS, "Salimans et al. 2016, arXiv 1606.03498", MIXED,
                    "gamma C, beta C", "none", "generators, whose examples must not see each other",
                    VirtualBatchNorm::maker, VirtualBatchNorm::golden),
            channels("mean_only_batch_norm", STATISTICS, "Salimans & Kingma 2016, arXiv 1602.07868", BATCH,
                    "beta C", "mean C", "beside weight norm", MeanOnlyBatchNorm::maker,
                    MeanOnlyBatchNorm::golden),
            channels("batch_instance_norm", STATISTICS, "Nam & Kim 2018, arXiv 1805.07925", MIXED,
                    "rho C, gamma C, beta C", "mean C, variance C, batches",
                    "to let each channel choose how much style it drops", BatchInstanceNorm::maker,
                    BatchInstanceNorm::golden),
            channels("switchable_norm", STATISTICS, "Luo et al. 2018, arXiv 1806.10779", MIXED,
                    "6 weights, gamma C, beta C", "mean C, variance C, batches",
                    "when in doubt between batch, instance and layer norm: it learns the mixture",
                    SwitchableNorm::maker, SwitchableNorm::golden),
            channels("stoch_norm", STATISTICS, "Kou et al. 2020, NeurIPS", BATCH,
                    "gamma C, beta C", "mean C, variance C, batches", "fine-tuning on little data", StochNorm::maker,
                    StochNorm::golden),
            channels("online_norm", STATISTICS, "Chiley et al. 2019, arXiv 1905.05894", EARLIER,
                    "gamma C, beta C", "mean C, variance C, u C, v C", "one example at a time", OnlineNorm::maker,
                    OnlineNorm::golden)
                    .with(Gradient.OWN),
            features("power_norm", STATISTICS, "Shen et al. 2020, arXiv 2003.07845", BATCH,
                    "gamma D, beta D", "phi D, nu D, steps",
                    "Transformer encoders, in place of layer norm; not in decoders, whose future it sees",
                    PowerNorm::maker, PowerNorm::golden).with(Gradient.OWN),
            channels("decorrelated_batch_norm", STATISTICS, "Huang et al. 2018, arXiv 1804.08450", COVARIANCE,
                    "gamma C, beta C", "mean C, G matrices",
                    "when correlated channels slow the training, and batches are large", DecorrelatedBatchNorm::maker,
                    DecorrelatedBatchNorm::golden),
            channels("iter_norm", STATISTICS, "Huang et al. 2019, arXiv 1904.03441", COVARIANCE,
                    "gamma C, beta C", "mean C, G matrices",
                    "as decorrelated batch norm, without eigenvalues; also for large groups", IterNorm::maker,
                    IterNorm::golden),
            channels("group_norm", STATISTICS, "Wu & He 2018, arXiv 1803.08494", GROUP,
                    "gamma C, beta C", "none", "convolutions with small batches; diffusion models", GroupNorm::maker,
                    GroupNorm::golden),
            channels("batch_channel_norm", STATISTICS, "Qiao et al. 2019, arXiv 1903.10520", MIXED,
                    "gamma C, beta C, twice", "mean C, variance C, batches",
                    "beside weight standardization, for small batches", BatchChannelNorm::maker, null),
            channels("instance_norm", STATISTICS, "Ulyanov et al. 2016, arXiv 1607.08022", POSITIONS,
                    "none, or gamma C, beta C", "none", "style transfer: it takes the contrast out of each image",
                    InstanceNorm::maker,
                    InstanceNorm::golden),
            channels("pixel_norm", STATISTICS, "Karras et al. 2018, arXiv 1710.10196", FEATURES,
                    "none", "none", "generators that grow (ProGAN, the mapping network of StyleGAN)", PixelNorm::maker,
                    PixelNorm::golden),
            channels("positional_norm", STATISTICS, "Li et al. 2019, arXiv 1907.04312", FEATURES,
                    "none", "none", "generators that hand mean and deviation on to later layers", PositionalNorm::maker,
                    PositionalNorm::golden),
            channels("cross_norm", STATISTICS, "Tang et al. 2021, arXiv 2102.02811", MIXED,
                    "none", "none", "augmentation against a change of style between training and use", CrossNorm::maker,
                    CrossNorm::golden),
            channels("self_norm", STATISTICS, "Tang et al. 2021, arXiv 2102.02811", MIXED,
                    "weights 2 C, a batch norm; or both twice", "those of the batch norm",
                    "to recalibrate style; with cross norm", SelfNorm::maker,
                    SelfNorm::golden),
            channels("divisive_norm", STATISTICS, "Heeger 1992; Ren et al. 2017, arXiv 1611.04520",
                    NEIGHBOURING_POSITIONS,
                    "sigma", "none", "vision by local contrast; models of the cortex", DivisiveNorm::maker,
                    DivisiveNorm::golden),
            channels("local_response_norm", RESPONSES, "Krizhevsky, Sutskever & Hinton 2012", NEIGHBOURING_CHANNELS,
                    "none", "none", "AlexNet and its relatives", LocalResponseNorm::maker, LocalResponseNorm::golden),
            channels("filter_response_norm", RESPONSES, "Singh & Krishnan 2019, arXiv 1911.09737", POSITIONS,
                    "gamma C, beta C, tau C, l", "none",
                    "convolutions with any batch, with a warm-up of the learning rate", FilterResponseNorm::maker,
                    FilterResponseNorm::golden).with(Gradient.EDGED),
            channels("evonorm_b0", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", BATCH,
                    "v C, gamma C, beta C", "variance C", "in place of batch norm and ReLU, large batches",
                    EvoNormB.maker(EvoNormB.Form.B0), EvoNormB::golden).with(Gradient.EDGED),
            channels("evonorm_b1", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", BATCH,
                    "gamma C, beta C", "variance C", "as evonorm_b0, without its v",
                    EvoNormB.maker(EvoNormB.Form.B1), null).with(Gradient.EDGED),
            channels("evonorm_b2", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", BATCH,
                    "gamma C, beta C", "variance C", "as evonorm_b0, without its v",
                    EvoNormB.maker(EvoNormB.Form.B2), null).with(Gradient.EDGED),
            channels("evonorm_s0", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", GROUP,
                    "v C, gamma C, beta C", "none", "in place of group norm and its nonlinearity, small batches",
                    EvoNormS.maker(EvoNormS.Form.S0), EvoNormS::golden),
            channels("evonorm_s1", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", GROUP,
                    "gamma C, beta C", "none", "as evonorm_s0, with SiLU",
                    EvoNormS.maker(EvoNormS.Form.S1), null),
            channels("evonorm_s2", RESPONSES, "Liu et al. 2020, arXiv 2004.02967", GROUP,
                    "gamma C, beta C", "none", "as evonorm_s1, by mean squares",
                    EvoNormS.maker(EvoNormS.Form.S2), null),
            channels("global_response_norm", RESPONSES, "Woo et al. 2023, arXiv 2301.00808", POSITIONS_THEN_CHANNELS,
                    "gamma C, beta C", "none", "between the layers of ConvNeXt V2: channels compete",
                    GlobalResponseNorm::maker, GlobalResponseNorm::golden),
            features("lp_normalize", LENGTHS, "none: x / ||x||", FEATURES,
                    "none", "none", "embeddings that are compared by cosine", LpNormalize::maker, LpNormalize::golden),
            features("scale_norm", LENGTHS, "Nguyen & Salazar 2019, arXiv 1910.05895", FEATURES,
                    "g", "none", "a layer norm of one parameter; small translation models", ScaleNorm::maker,
                    ScaleNorm::golden),
            weights("fix_norm", LENGTHS, "Nguyen & Chiang 2018, arXiv 1710.01329", INPUTS,
                    "g", "none", "output embeddings of translation models: rare words get a chance", FixNorm::maker,
                    FixNorm::golden),
            weights("cosine_normalization", LENGTHS, "Luo et al. 2017, arXiv 1702.05870", INPUTS,
                    "none", "none", "linear layers whose outputs must stay in [-1, 1]", CosineNormalization::maker,
                    CosineNormalization::golden),
            features("ada_norm", LENGTHS, "Xu et al. 2019, arXiv 1911.07013", FEATURES,
                    "none", "none", "a layer norm whose gain follows the input, without parameters to overfit",
                    AdaNorm::maker, AdaNorm::golden).with(Gradient.OWN),
            features("seed_norm", LENGTHS, "Cai et al. 2025, arXiv 2510.22777", FEATURES,
                    "alpha D, beta D, gamma D", "none", "a gain that follows the input, from the token alone",
                    SeedNorm::maker, SeedNorm::golden),
            weights("weight_norm", WEIGHTS, "Salimans & Kingma 2016, arXiv 1602.07868", INPUTS,
                    "g O", "none", "generators, reinforcement learning, recurrent networks: no batch at all",
                    WeightNorm::maker, WeightNorm::golden),
            weights("centered_weight_norm", WEIGHTS, "Huang et al. 2017, arXiv 1710.02338", INPUTS,
                    "g O", "none", "as weight norm, with weights of mean 0", CenteredWeightNorm::maker,
                    CenteredWeightNorm::golden),
            weights("weight_standardization", WEIGHTS, "Qiao et al. 2019, arXiv 1903.10520", INPUTS,
                    "none, or gain O", "none", "with group norm, for small batches", WeightStandardization::maker,
                    WeightStandardization::golden),
            weights("spectral_norm", WEIGHTS, "Miyato et al. 2018, arXiv 1802.05957", WEIGHT,
                    "none", "u O, v I", "discriminators, and wherever a layer must not stretch distances",
                    SpectralNorm::maker, SpectralNorm::golden).with(Gradient.OWN),
            weights("sigma_reparam", WEIGHTS, "Zhai et al. 2023, arXiv 2303.06296", WEIGHT,
                    "gamma", "u O, v I", "attention whose entropy collapses", SigmaReparam::maker, null)
                    .with(Gradient.OWN),
            weights("orthogonal", WEIGHTS, "Anil, Lucas & Grosse 2018, arXiv 1811.05381", WEIGHT,
                    "none", "none", "layers that keep lengths: Lipschitz bounds, deep linear and recurrent networks",
                    Orthogonal::maker, null),
            features("dynamic_tanh", STATISTIC_FREE, "Zhu et al. 2025, arXiv 2503.10622", NOTHING,
                    "alpha, gamma D, beta D", "none", "in place of a Transformer's norms, if no statistics are wanted",
                    DynamicTanh::maker, DynamicTanh::golden),
            features("dynamic_erf", STATISTIC_FREE, "Chen et al. 2025, arXiv 2512.10938", NOTHING,
                    "alpha, s, gamma D, beta D", "none", "as dynamic tanh, which its authors report it to beat",
                    DynamicErf::maker, DynamicErf::golden),
            features("dynamic_isru", STATISTIC_FREE, "no paper", NOTHING,
                    "b, gamma D, beta D", "none", "as dynamic tanh, without transcendental functions",
                    DynamicIsru::maker, DynamicIsru::golden),
            features("selu", STATISTIC_FREE, "Klambauer et al. 2017, arXiv 1706.02515", NOTHING,
                    "none", "none", "deep plain networks without norms, weights of N(0, 1 / n)", Selu::maker, null)
                    .with(Gradient.EDGED),
            conditional("adain", CONDITIONAL, "Huang & Belongie 2017, arXiv 1703.06868", POSITIONS,
                    "none", "none", "style transfer to any style", AdaIn::maker, AdaIn::golden),
            conditional("film", CONDITIONAL, "Perez et al. 2018, arXiv 1709.07871", NOTHING,
                    "linear K to 2 C", "none", "to steer a network by a question, a speaker, a point in time",
                    Film::maker, Film::golden),
            conditional("conditional_batch_norm", CONDITIONAL, "de Vries et al. 2017, arXiv 1707.00683", BATCH,
                    "two tables, classes x C", "mean C, variance C, batches",
                    "one generator for several classes or styles", ConditionalBatchNorm::maker,
                    ConditionalBatchNorm::golden),
            conditional("spade", CONDITIONAL, "Park et al. 2019, arXiv 1903.07291", POSITIONS,
                    "three convolutions", "none", "images from a map of labels", Spade::maker, Spade::golden)
                    .with(Gradient.EDGED),
            conditional("ada_layer_norm", CONDITIONAL, "Peebles & Xie 2022, arXiv 2212.09748", FEATURES,
                    "linear K to 2 D", "none", "diffusion Transformers: time and class", AdaLayerNorm::maker,
                    AdaLayerNorm::golden),
            conditional("ada_layer_norm_zero", CONDITIONAL, "Peebles & Xie 2022, arXiv 2212.09748", FEATURES,
                    "linear K to 3 D", "none", "diffusion Transformers: blocks that begin as the identity",
                    AdaLayerNormZero::maker, AdaLayerNormZero::golden),
            conditional("ada_rms_norm", CONDITIONAL, "x-transformers", FEATURES,
                    "linear K to D", "none", "as adaptive layer norm, scale alone", AdaRmsNorm::maker, null),
            features("normformer_adaptive", CONDITIONAL, "no paper; an article's idea", FEATURES,
                    "g0 D, b0 D, a small Transformer", "none",
                    "experiments: does a gain that reads the sequence pay? compare at equal parameters",
                    AdaptiveNormFormer::maker, AdaptiveNormFormer::golden),
            channels("normformer_adaptive_image", CONDITIONAL, "no paper; an article's idea", GROUP,
                    "g0 C, b0 C, a small Transformer", "none", "the same for images", AdaptiveImageNorm::maker, null),
            features("identity", NONE, "none", NOTHING,
                    "none", "none", "to see what a norm is worth", Identity::maker, Identity::golden));

    private Norms() {
    }

    private static Entry features(String name, Group group, String paper, Over over, String parameters, String state,
            String use,
            Function<Spec, NormMaker> maker, Consumer<GoldenCase> golden) {
        return new Entry(name, group, paper, over, parameters, state, use, On.FEATURES, maker, Gradient.SMOOTH, golden);
    }

    private static Entry channels(String name, Group group, String paper, Over over, String parameters, String state,
            String use,
            Function<Spec, NormMaker> maker, Consumer<GoldenCase> golden) {
        return new Entry(name, group, paper, over, parameters, state, use, On.CHANNELS, maker, Gradient.SMOOTH, golden);
    }

    private static Entry conditional(String name, Group group, String paper, Over over, String parameters, String state,
            String use,
            Function<Spec, Maker<Conditional>> maker, Consumer<GoldenCase> golden) {
        return new Entry(name, group, paper, over, parameters, state, use, On.CONDITION, maker, Gradient.SMOOTH,
                golden);
    }

    private static Entry weights(String name, Group group, String paper, Over over, String parameters, String state,
            String use,
            Function<Spec, Maker<Layer>> maker, Consumer<GoldenCase> golden) {
        return new Entry(name, group, paper, over, parameters, state, use, On.WEIGHT, maker, Gradient.SMOOTH, golden);
    }

    /// A square linear layer, the weight of which a method on weights gives.
    static Maker<Layer> linear(BiFunction<Init, Weight, Weight> method) {
        return (init, dim) -> {
            Linear plain = Linear.of(init, dim, dim, 1 / Math.sqrt(dim));
            return plain.with(method.apply(init, plain.weight()));
        };
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

    /// How golden vectors of that name are computed; null if none of this package are called so.
    public static Consumer<GoldenCase> golden(String name) {
        return name.equals("frequency_split") ? FrequencySplit::golden
                : ALL.stream().filter(e -> e.name().equals(name)).findFirst().map(Entry::golden).orElse(null);
    }

    /// The maker that a text such as `group_norm{groups=8}` names, whatever it is put on.
    ///
    /// @param causal whether the parts are for a decoder, so that they must not look ahead
    public static Maker<?> any(String text, boolean causal) {
        Spec spec = Spec.parse(text, causal);
        Maker<?> maker = named(spec.name()).maker().apply(spec);
        spec.finish();
        return maker;
    }

    /// The maker of a Transformer's norms that a text such as `rms_norm{eps=1e-5}` names.
    ///
    /// @param causal whether the norms are for a decoder, so that they must not look ahead
    public static NormMaker maker(String text, boolean causal) {
        Entry entry = named(Spec.parse(text, causal).name());
        if (entry.on() != On.FEATURES) {
            throw new IllegalArgumentException("norm: " + entry.name() + " " + entry.on().words());
        }
        return NormMaker.named(text, () -> (NormMaker) any(text, causal));
    }
}
