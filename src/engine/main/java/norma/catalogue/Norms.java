package norma.catalogue;

import static norma.catalogue.NormEntry.Gradient.*;
import static norma.catalogue.NormEntry.Group.*;
import static norma.catalogue.NormEntry.*;
import static norma.norm.StatisticsAxes.*;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import norma.nn.Selu;
import norma.norm.Factory;
import norma.norm.Norm;
import norma.norm.NormFactory;
import norma.norm.NormSpec;
import norma.norm.channel.*;
import norma.norm.conditional.*;
import norma.norm.feature.*;
import norma.norm.weight.*;

/// The catalogue of normalizations: one entry each.
public final class Norms {
    private static final List<NormEntry> ALL = List.of(
            in(STATISTICS,
                    feature("layer_norm", LayerNorm::factory).over(FEATURES).learns("gamma D, beta D")
                            .paper("Ba, Kiros & Hinton 2016, arXiv 1607.06450")
                            .use("Transformers and recurrent networks; any size of batch"),
                    channel("layer_norm_2d", LayerNorm2d::factory).over(FEATURES).learns("gamma C, beta C")
                            .paper("Liu et al. 2022, arXiv 2201.03545")
                            .use("convolutions built like Transformers (ConvNeXt)"),
                    feature("rms_norm", RmsNorm::factory).over(FEATURES).learns("gamma D")
                            .paper("Zhang & Sennrich 2019, arXiv 1910.07467")
                            .use("large Transformers: a layer norm without the mean"),
                    feature("prms_norm", PartialRmsNorm::factory).over(SOME_FEATURES).learns("gamma D")
                            .paper("Zhang & Sennrich 2019, arXiv 1910.07467")
                            .use("where even the mean square is too dear"),
                    feature("crms_norm", CenteredRmsNorm::factory).over(FEATURES)
                            .paper("Jiang et al. 2023, arXiv 2305.14858")
                            .use("to turn a trained pre-norm Transformer with layer norms into one with RMS norms, exactly"),
                    feature("simple_rms_norm", SimpleRmsNorm::factory).over(FEATURES)
                            .paper("Qin et al. 2023, arXiv 2307.14995")
                            .use("linear attention, and as a norm without parameters"),
                    feature("simple_norm", SimpleNorm::factory).over(FEATURES).learns("gamma D")
                            .paper("timm")
                            .use("models of timm that were trained with it"),
                    conditional("gated_rms_norm", GatedRmsNorm::factory).over(FEATURES).learns("gamma D")
                            .paper("Dao & Gu 2024, arXiv 2405.21060")
                            .use("behind state space and linear attention layers (Mamba-2)"),
                    channel("batch_norm", BatchNorm::factory).over(BATCH).learns("gamma C, beta C")
                            .remembers("mean C, variance C, batches")
                            .paper("Ioffe & Szegedy 2015, arXiv 1502.03167")
                            .use("convolutions with 16 examples a device or more"),
                    channel("frozen_batch_norm", FrozenBatchNorm::factory).over(NOTHING)
                            .remembers("gamma C, beta C, mean C, variance C")
                            .paper("torchvision")
                            .use("to tune a trained network with small batches (detection)"),
                    channel("sync_batch_norm", SyncBatchNorm::factory).over(BATCH).learns("gamma C, beta C")
                            .remembers("mean C, variance C, batches")
                            .paper("PyTorch; Chan, Golub & LeVeque 1979")
                            .use("small batches on many devices"),
                    channel("ghost_batch_norm", GhostBatchNorm::factory).over(PART_OF_BATCH).learns("gamma C, beta C")
                            .remembers("mean C, variance C, batches")
                            .paper("Hoffer, Hubara & Soudry 2017, arXiv 1705.08741")
                            .use("large batches that should train with the noise of small ones"),
                    channel("split_batch_norm", SplitBatchNorm::factory).over(PART_OF_BATCH)
                            .learns("gamma C, beta C of each").remembers("mean C, variance C, batches of each")
                            .paper("Xie et al. 2020, arXiv 1911.09665; Chang et al. 2019, arXiv 1906.03950")
                            .use("several sources of data in one network: clean and adversarial, domains"),
                    channel("batch_renorm", BatchRenorm::factory).over(BATCH).learns("gamma C, beta C")
                            .remembers("mean C, std C").gradient(OWN)
                            .paper("Ioffe 2017, arXiv 1702.03275")
                            .use("batches of a few examples that are not independent"),
                    conditional("virtual_batch_norm", VirtualBatchNorm::factory).over(MIXED).learns("gamma C, beta C")
                            .paper("Salimans et al. 2016, arXiv 1606.03498")
                            .use("generators, whose examples must not see each other"),
                    channel("mean_only_batch_norm", MeanOnlyBatchNorm::factory).over(BATCH).learns("beta C")
                            .remembers("mean C")
                            .paper("Salimans & Kingma 2016, arXiv 1602.07868")
                            .use("beside weight norm"),
                    channel("batch_instance_norm", BatchInstanceNorm::factory).over(MIXED)
                            .learns("rho C, gamma C, beta C").remembers("mean C, variance C, batches")
                            .paper("Nam & Kim 2018, arXiv 1805.07925")
                            .use("to let each channel choose how much style it drops"),
                    channel("switchable_norm", SwitchableNorm::factory).over(MIXED).learns("6 weights, gamma C, beta C")
                            .remembers("mean C, variance C, batches")
                            .paper("Luo et al. 2018, arXiv 1806.10779")
                            .use("when in doubt between batch, instance and layer norm: it learns the mixture"),
                    channel("stoch_norm", StochNorm::factory).over(BATCH).learns("gamma C, beta C")
                            .remembers("mean C, variance C, batches")
                            .paper("Kou et al. 2020, NeurIPS")
                            .use("fine-tuning on little data"),
                    channel("online_norm", OnlineNorm::factory).over(EARLIER).learns("gamma C, beta C")
                            .remembers("mean C, variance C, u C, v C").gradient(OWN)
                            .paper("Chiley et al. 2019, arXiv 1905.05894")
                            .use("one example at a time"),
                    feature("power_norm", PowerNorm::factory).over(BATCH).learns("gamma D, beta D")
                            .remembers("phi D, nu D, steps").gradient(OWN)
                            .paper("Shen et al. 2020, arXiv 2003.07845")
                            .use("Transformer encoders, in place of layer norm; not in decoders, whose future it sees"),
                    channel("decorrelated_batch_norm", DecorrelatedBatchNorm::factory).over(COVARIANCE)
                            .learns("gamma C, beta C").remembers("mean C, G matrices")
                            .paper("Huang et al. 2018, arXiv 1804.08450")
                            .use("when correlated channels slow the training, and batches are large"),
                    channel("iter_norm", DecorrelatedBatchNorm::iterNormFactory).over(COVARIANCE)
                            .learns("gamma C, beta C")
                            .remembers("mean C, G matrices")
                            .paper("Huang et al. 2019, arXiv 1904.03441")
                            .use("as decorrelated batch norm, without eigenvalues; also for large groups"),
                    channel("group_norm", GroupNorm::factory).over(GROUP).learns("gamma C, beta C")
                            .paper("Wu & He 2018, arXiv 1803.08494")
                            .use("convolutions with small batches; diffusion models"),
                    channel("batch_channel_norm", BatchChannelNorm::factory).over(MIXED)
                            .learns("gamma C, beta C, twice").remembers("mean C, variance C, batches")
                            .paper("Qiao et al. 2019, arXiv 1903.10520")
                            .use("beside weight standardization, for small batches"),
                    channel("instance_norm", InstanceNorm::factory).over(POSITIONS).learns("none, or gamma C, beta C")
                            .paper("Ulyanov et al. 2016, arXiv 1607.08022")
                            .use("style transfer: it takes the contrast out of each image"),
                    channel("pixel_norm", PixelNorm::factory).over(FEATURES)
                            .paper("Karras et al. 2018, arXiv 1710.10196")
                            .use("generators that grow (ProGAN, the mapping network of StyleGAN)"),
                    channel("positional_norm", PositionalNorm::factory).over(FEATURES)
                            .paper("Li et al. 2019, arXiv 1907.04312")
                            .use("generators that hand mean and deviation on to later layers"),
                    channel("cross_norm", CrossNorm::factory).over(MIXED)
                            .paper("Tang et al. 2021, arXiv 2102.02811")
                            .use("augmentation against a change of style between training and use"),
                    channel("self_norm", SelfNorm::factory).over(MIXED)
                            .learns("weights 2 C, a batch norm; or both twice").remembers("those of the batch norm")
                            .paper("Tang et al. 2021, arXiv 2102.02811")
                            .use("to recalibrate style; with cross norm"),
                    channel("divisive_norm", DivisiveNorm::factory).over(NEIGHBOURING_POSITIONS).learns("sigma")
                            .paper("Heeger 1992; Ren et al. 2017, arXiv 1611.04520")
                            .use("vision by local contrast; models of the cortex")),
            in(RESPONSES,
                    channel("local_response_norm", LocalResponseNorm::factory).over(NEIGHBOURING_CHANNELS)
                            .paper("Krizhevsky, Sutskever & Hinton 2012")
                            .use("AlexNet and its relatives"),
                    channel("filter_response_norm", FilterResponseNorm::factory).over(POSITIONS)
                            .learns("gamma C, beta C, tau C, l").gradient(EDGED)
                            .paper("Singh & Krishnan 2019, arXiv 1911.09737")
                            .use("convolutions with any batch, with a warm-up of the learning rate"),
                    channel("evonorm_b0", EvoNormB.factory(EvoNormB.Form.B0)).over(BATCH).learns("v C, gamma C, beta C")
                            .remembers("variance C").gradient(EDGED)
                            .paper("Liu et al. 2020, arXiv 2004.02967")
                            .use("in place of batch norm and ReLU, large batches"),
                    channel("evonorm_b1", EvoNormB.factory(EvoNormB.Form.B1)).over(BATCH).learns("gamma C, beta C")
                            .remembers("variance C").gradient(EDGED)
                            .paper("Liu et al. 2020, arXiv 2004.02967")
                            .use("as evonorm_b0, without its v"),
                    channel("evonorm_b2", EvoNormB.factory(EvoNormB.Form.B2)).over(BATCH).learns("gamma C, beta C")
                            .remembers("variance C").gradient(EDGED)
                            .paper("Liu et al. 2020, arXiv 2004.02967")
                            .use("as evonorm_b0, without its v"),
                    channel("evonorm_s0", EvoNormS.factory(EvoNormS.Form.S0)).over(GROUP).learns("v C, gamma C, beta C")
                            .paper("Liu et al. 2020, arXiv 2004.02967")
                            .use("in place of group norm and its nonlinearity, small batches"),
                    channel("evonorm_s1", EvoNormS.factory(EvoNormS.Form.S1)).over(GROUP).learns("gamma C, beta C")
                            .paper("Liu et al. 2020, arXiv 2004.02967")
                            .use("as evonorm_s0, with SiLU"),
                    channel("evonorm_s2", EvoNormS.factory(EvoNormS.Form.S2)).over(GROUP).learns("gamma C, beta C")
                            .paper("Liu et al. 2020, arXiv 2004.02967")
                            .use("as evonorm_s1, by mean squares"),
                    channel("global_response_norm", GlobalResponseNorm::factory).over(POSITIONS_THEN_CHANNELS)
                            .learns("gamma C, beta C")
                            .paper("Woo et al. 2023, arXiv 2301.00808")
                            .use("between the layers of ConvNeXt V2: channels compete")),
            in(LENGTHS,
                    feature("lp_normalize", LpNormalize::factory).over(FEATURES)
                            .paper("none: x / ||x||")
                            .use("embeddings that are compared by cosine"),
                    feature("scale_norm", ScaleNorm::factory).over(FEATURES).learns("g")
                            .paper("Nguyen & Salazar 2019, arXiv 1910.05895")
                            .use("a layer norm of one parameter; small translation models"),
                    weight("fix_norm", FixNorm::factory).over(INPUTS).learns("g")
                            .paper("Nguyen & Chiang 2018, arXiv 1710.01329")
                            .use("output embeddings of translation models: rare words get a chance"),
                    weight("cosine_normalization", CosineNormalization::factory).over(INPUTS)
                            .paper("Luo et al. 2017, arXiv 1702.05870")
                            .use("linear layers whose outputs must stay in [-1, 1]"),
                    feature("ada_norm", AdaNorm::factory).over(FEATURES).gradient(OWN)
                            .paper("Xu et al. 2019, arXiv 1911.07013")
                            .use("a layer norm whose gain follows the input, without parameters to overfit"),
                    feature("seed_norm", SeedNorm::factory).over(FEATURES).learns("alpha D, beta D, gamma D")
                            .paper("Cai et al. 2025, arXiv 2510.22777")
                            .use("a gain that follows the input, from the token alone")),
            in(WEIGHTS,
                    weight("weight_norm", WeightNorm::factory).over(INPUTS).learns("g O")
                            .paper("Salimans & Kingma 2016, arXiv 1602.07868")
                            .use("generators, reinforcement learning, recurrent networks: no batch at all"),
                    weight("centered_weight_norm", CenteredWeightNorm::factory).over(INPUTS).learns("g O")
                            .paper("Huang et al. 2017, arXiv 1710.02338")
                            .use("as weight norm, with weights of mean 0"),
                    weight("weight_standardization", WeightStandardization::factory).over(INPUTS)
                            .learns("none, or gain O")
                            .paper("Qiao et al. 2019, arXiv 1903.10520")
                            .use("with group norm, for small batches"),
                    weight("spectral_norm", SpectralNorm::factory).over(WEIGHT).remembers("u O, v I").gradient(OWN)
                            .paper("Miyato et al. 2018, arXiv 1802.05957")
                            .use("discriminators, and wherever a layer must not stretch distances"),
                    weight("sigma_reparam", SigmaReparam::factory).over(WEIGHT).learns("gamma").remembers("u O, v I")
                            .gradient(OWN)
                            .paper("Zhai et al. 2023, arXiv 2303.06296")
                            .use("attention whose entropy collapses"),
                    weight("orthogonal", Orthogonal::factory).over(WEIGHT)
                            .paper("Anil, Lucas & Grosse 2018, arXiv 1811.05381")
                            .use("layers that keep lengths: Lipschitz bounds, deep linear and recurrent networks")),
            in(STATISTIC_FREE,
                    feature("dynamic_tanh", DynamicTanh::factory).over(NOTHING).learns("alpha, gamma D, beta D")
                            .paper("Zhu et al. 2025, arXiv 2503.10622")
                            .use("in place of a Transformer's norms, if no statistics are wanted"),
                    feature("dynamic_erf", DynamicErf::factory).over(NOTHING).learns("alpha, s, gamma D, beta D")
                            .paper("Chen et al. 2025, arXiv 2512.10938")
                            .use("as dynamic tanh, which its authors report it to beat"),
                    feature("dynamic_isru", DynamicIsru::factory).over(NOTHING).learns("b, gamma D, beta D")
                            .paper("no paper")
                            .use("as dynamic tanh, without transcendental functions"),
                    feature("selu", _ -> (_, _) -> new Selu()::forward).over(NOTHING).gradient(EDGED)
                            .paper("Klambauer et al. 2017, arXiv 1706.02515")
                            .use("deep plain networks without norms, weights of N(0, 1 / n)")),
            in(CONDITIONAL,
                    conditional("adain", AdaIn::factory).over(POSITIONS)
                            .paper("Huang & Belongie 2017, arXiv 1703.06868")
                            .use("style transfer to any style"),
                    conditional("film", Film::factory).over(NOTHING).learns("linear K to 2 C")
                            .paper("Perez et al. 2018, arXiv 1709.07871")
                            .use("to steer a network by a question, a speaker, a point in time"),
                    conditional("conditional_batch_norm", ConditionalBatchNorm::factory).over(BATCH)
                            .learns("two tables, classes x C").remembers("mean C, variance C, batches")
                            .paper("de Vries et al. 2017, arXiv 1707.00683")
                            .use("one generator for several classes or styles"),
                    conditional("spade", Spade::factory).over(POSITIONS).learns("three convolutions").gradient(EDGED)
                            .paper("Park et al. 2019, arXiv 1903.07291")
                            .use("images from a map of labels"),
                    conditional("ada_layer_norm", AdaLayerNorm::factory).over(FEATURES).learns("linear K to 2 D")
                            .paper("Peebles & Xie 2022, arXiv 2212.09748")
                            .use("diffusion Transformers: time and class"),
                    conditional("ada_layer_norm_zero", AdaLayerNormZero::factory).over(FEATURES)
                            .learns("linear K to 3 D")
                            .paper("Peebles & Xie 2022, arXiv 2212.09748")
                            .use("diffusion Transformers: blocks that begin as the identity"),
                    conditional("ada_rms_norm", AdaRmsNorm::factory).over(FEATURES).learns("linear K to D")
                            .paper("x-transformers")
                            .use("as adaptive layer norm, scale alone"),
                    feature("normformer_adaptive", AdaptiveNormFormer::factory).over(FEATURES)
                            .learns("g0 D, b0 D, a small Transformer")
                            .paper("no paper; an article's idea")
                            .use("experiments: does a gain that reads the sequence pay? compare at equal parameters"),
                    channel("normformer_adaptive_image", AdaptiveImageNorm::factory).over(GROUP)
                            .learns("g0 C, b0 C, a small Transformer")
                            .paper("no paper; an article's idea")
                            .use("the same for images")),
            in(NONE,
                    feature("identity", _ -> (_, _) -> Norm.NONE).over(NOTHING)
                            .paper("none")
                            .use("to see what a norm is worth")))
            .stream().flatMap(List::stream).toList();

    /// What some methods are called for short.
    private static final Map<String, String> SHORT = Map.of("dyt", "dynamic_tanh", "derf", "dynamic_erf");

    private Norms() {
    }

    private static List<NormEntry> in(Group group, NormEntry... entries) {
        return Arrays.stream(entries).map(entry -> entry.group(group)).toList();
    }

    /// All methods, in the order of the catalogue.
    public static List<NormEntry> all() {
        return ALL;
    }

    /// The method of that name.
    public static NormEntry named(String name) {
        String whole = SHORT.getOrDefault(name, name);
        return ALL.stream().filter(entry -> entry.name().equals(whole)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("norm: must be one of %s; got '%s'"
                        .formatted(ALL.stream().map(NormEntry::name).toList(), name)));
    }

    /// The factory that a text such as `group_norm{groups=8}` names, whatever it is put on.
    ///
    /// @param causal whether the parts are for a decoder, so that they must not look ahead
    public static Factory<?> any(String text, boolean causal) {
        return read(NormSpec.parse(text, causal), named(NormSpec.parse(text, causal).name()).on().factory());
    }

    /// The factory of a Transformer's norms that a text such as `rms_norm{eps=1e-5}` names; its own text is this one.
    ///
    /// @param causal whether the norms are for a decoder, so that they must not look ahead
    public static NormFactory factory(String text, boolean causal) {
        NormEntry entry = named(NormSpec.parse(text, causal).name());
        if (!(entry.on() instanceof On.Features(var factory))) {
            throw new IllegalArgumentException("norm: " + entry.name() + " " + entry.on().words());
        }
        return NormFactory.named(text, () -> read(NormSpec.parse(text, causal), factory));
    }

    private static <F extends Factory<?>> F read(NormSpec spec, Function<NormSpec, F> factory) {
        return spec.finish(factory.apply(spec));
    }
}
