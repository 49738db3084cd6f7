package norma.golden;

import java.util.List;
import norma.kernel.Window;
import norma.nn.Conv2d;
import norma.nn.Embedding;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.Param;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.InstanceNorm;
import norma.norm.conditional.AdaIn;
import norma.norm.conditional.AdaLayerNorm;
import norma.norm.conditional.AdaLayerNormZero;
import norma.norm.conditional.ConditionalBatchNorm;
import norma.norm.conditional.Film;
import norma.norm.conditional.GatedRmsNorm;
import norma.norm.conditional.Spade;
import norma.norm.conditional.VirtualBatchNorm;
import norma.norm.feature.RmsNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Norms that a second input directs.
final class ConditionalNorms {
    static final Methods METHODS = new Methods()
            .add("gated_rms_norm", ConditionalNorms::gatedRmsNorm)
            .add("virtual_batch_norm", ConditionalNorms::virtualBatchNorm)
            .add("adain", c -> c.output("y", new AdaIn(c.number("eps", AdaIn.EPS), c.unbiased())
                    .forward(c.input("content"), c.input("style"))))
            .add("film", c -> c.output("y", new Film(c.linear("W", "b"), c.flag("residual_gamma", true))
                    .forward(c.input("x"), c.input("c"))))
            .add("conditional_batch_norm", ConditionalNorms::conditionalBatchNorm)
            .add("spade", ConditionalNorms::spade)
            .add("ada_layer_norm", c -> c.output("y", AdaLayerNorm.apply(c.input("x"), c.input("shift"),
                    c.input("scale"), c.number("eps", AdaLayerNorm.EPS))))
            .add("ada_layer_norm_zero", ConditionalNorms::adaLayerNormZero);

    /// What the rows of a modulation are, in the engine's order.
    private static final List<String> ORDER = List.of("shift", "scale", "gate");

    private ConditionalNorms() {
    }

    private static void gatedRmsNorm(GoldenCase c) {
        Tensor x = c.input("x");
        Param gain = c.has("weight") ? c.gain("weight") : Init.constant(1, x.dim(-1));
        var norm = RmsNorm.of(gain).withEps(c.number("eps", 1e-5));
        c.output("y", new GatedRmsNorm(norm, c.flag("norm_before_gate", false)).forward(x, c.input("gate")));
    }

    private static void virtualBatchNorm(GoldenCase c) {
        Tensor reference = c.input("reference_batch");
        c.expect("ref_size", reference.dim(0));
        int channels = c.input("x").dim(1);
        var norm = new VirtualBatchNorm(c.gainOr(1, "weight", channels), c.gainOr(0, "bias", channels),
                c.number("eps", VirtualBatchNorm.EPS));
        c.output("y", norm.forward(c.input("x"), reference));
    }

    private static void conditionalBatchNorm(GoldenCase c) {
        Tensor x = c.input("x");
        var norm = BatchNorm.plain(c.running(x.dim(1))).withEps(c.number("eps", BatchNorm.EPS));
        Embedding gamma = Embedding.of(c.gain("gamma_table"), 1), beta = Embedding.of(c.gain("beta_table"), 1);
        c.output("y", new ConditionalBatchNorm(norm, gamma, beta).forward(x, c.indices("classes")));
    }

    private static void spade(GoldenCase c) {
        Tensor x = c.input("x");
        c.expect("nhidden", c.input("w0").dim(0));
        int size = c.integer("kernel", 3);
        Window window = Window.of(size).padding(size / 2);
        var norm = InstanceNorm.of(x.dim(1)).withEps(c.number("eps", InstanceNorm.EPS));
        c.output("y", new Spade(norm, convolution(c, "w0", "b0", window), convolution(c, "wg", "bg", window),
                convolution(c, "wb", "bb", window)).forward(x, c.input("seg")));
    }

    private static Conv2d convolution(GoldenCase c, String weight, String bias, Window window) {
        Conv2d plain = Conv2d.of(c.weight(weight), window, 1);
        return c.has(bias) ? plain.withBias(c.gain(bias)) : plain;
    }

    private static void adaLayerNormZero(GoldenCase c) {
        List<String> order = c.texts("order", ORDER);
        if (!order.containsAll(ORDER)) {
            throw new GoldenCase.Unsupported("config: order must name " + ORDER);
        }
        var modulation = Linear.of(ordered(c, "W", order), ordered(c, "b", order));
        var norm = new AdaLayerNormZero(new TanhLayer(c.linear("A", "a")), modulation,
                c.number("eps", AdaLayerNorm.EPS));
        c.output("y", norm.forward(c.input("x"), c.input("c")));
    }

    /// The parts of a modulation in the engine's order.
    private static Param ordered(GoldenCase c, String tensor, List<String> order) {
        Tensor all = c.input(tensor);
        int dim = all.dim(0) / ORDER.size();
        return new Param(Tensor.concat(0, ORDER.stream().mapToInt(order::indexOf)
                .mapToObj(at -> all.slice(0, at * dim, (at + 1) * dim)).toArray(Tensor[]::new)), Param.Role.WEIGHT);
    }
}
