package norma.golden;

import static norma.tensor.Axes.keepDims;

import java.util.Optional;
import norma.nn.Layer;
import norma.nn.Param;
import norma.norm.RunningStatistics;
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
import norma.norm.channel.InverseRoot;
import norma.norm.channel.LocalResponseNorm;
import norma.norm.channel.MeanOnlyBatchNorm;
import norma.norm.channel.OnlineNorm;
import norma.norm.channel.PixelNorm;
import norma.norm.channel.PositionalNorm;
import norma.norm.channel.SelfNorm;
import norma.norm.channel.StochNorm;
import norma.norm.channel.SwitchableNorm;
import norma.norm.channel.SyncBatchNorm;
import norma.norm.channel.Whitening;
import norma.tensor.BufferPool;
import norma.tensor.FrequencySplit;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Norms of images and other maps, with the channels on axis 1.
final class ChannelNorms {
    static final Methods METHODS = new Methods()
            .add("batch_norm", ChannelNorms::batchNorm)
            .layer("frozen_batch_norm", ChannelNorms::frozenBatchNorm)
            .add("sync_batch_norm", ChannelNorms::syncBatchNorm)
            .layer("ghost_batch_norm", c -> new GhostBatchNorm(tracked(c), c.integer("virtual_batch", 32)))
            .layer("batch_renorm", ChannelNorms::batchRenorm)
            .layer("mean_only_batch_norm", c -> new MeanOnlyBatchNorm(bias(c), running(c)))
            .layer("batch_instance_norm", c -> new BatchInstanceNorm(c.gain("rho"), weight(c), bias(c), running(c),
                    c.number("eps", BatchNorm.EPS)))
            .layer("switchable_norm", ChannelNorms::switchableNorm)
            .add("stoch_norm", ChannelNorms::stochNorm)
            .layer("online_norm", ChannelNorms::onlineNorm)
            .layer("decorrelated_batch_norm", ChannelNorms::decorrelatedBatchNorm)
            .layer("iter_norm", ChannelNorms::iterNorm)
            .layer("group_norm", ChannelNorms::groupNorm)
            .layer("instance_norm", ChannelNorms::instanceNorm)
            .layer("pixel_norm", c -> new PixelNorm(c.number("eps", PixelNorm.EPS)))
            .add("positional_norm", ChannelNorms::positionalNorm)
            .add("cross_norm", c -> c.output("y", new CrossNorm(1, c.number("eps", CrossNorm.EPS), c.unbiased())
                    .exchanged(c.input("x"), c.indices("permutation"))))
            .layer("self_norm", ChannelNorms::selfNorm)
            .layer("divisive_norm", c -> new DivisiveNorm(c.gain("sigma"), c.integer("window", 3), 1))
            .layer("local_response_norm", ChannelNorms::localResponseNorm)
            .layer("filter_response_norm",
                    c -> new FilterResponseNorm(c.gain("weight"), c.gain("bias"), c.gainIfAny("tau"),
                            c.gainIfAny("eps_l"), c.number("eps", FilterResponseNorm.EPS)))
            .layer("evonorm_b0", c -> new EvoNormB(EvoNormB.Form.B0, c.gainIfAny("v"), c.gain("weight"), c.gain("bias"),
                    c.buffer("running_var"), c.number("momentum", RunningStatistics.WEIGHT),
                    c.number("eps", EvoNormB.EPS)))
            .layer("evonorm_s0", c -> new EvoNormS(EvoNormS.Form.S0, c.integer("groups", 32), c.gainIfAny("v"),
                    c.gain("weight"), c.gain("bias"), c.number("eps", EvoNormS.EPS)))
            .layer("global_response_norm", c -> new GlobalResponseNorm(c.gain("weight"), c.gain("bias"),
                    c.number("eps", GlobalResponseNorm.EPS)))
            .add("frequency_split", ChannelNorms::frequencySplit);

    private ChannelNorms() {
    }

    private static int channels(GoldenCase c) {
        return c.input("x").dim(1);
    }

    private static RunningStatistics running(GoldenCase c) {
        return c.running(channels(c));
    }

    private static Param weight(GoldenCase c) {
        return c.gainOr(1, "weight", channels(c));
    }

    private static Param bias(GoldenCase c) {
        return c.gainOr(0, "bias", channels(c));
    }

    // ---- Batch norm and its relatives ----

    private static void batchNorm(GoldenCase c) {
        c.flag("affine", true);
        RunningStatistics running = running(c);
        float eps = c.number("eps", BatchNorm.EPS);
        boolean track = c.flag("track_running_stats", true);
        var norm = new BatchNorm(channels(c), c.gainIfAny("weight"), c.gainIfAny("bias"),
                track ? Optional.of(running) : Optional.empty(), eps, false);
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            for (int i = 0; c.has("batch" + i); i++) {
                BatchNorm.plain(running).withEps(eps).forward(c.input("batch" + i));
            }
        }
        c.output(norm);
        c.output("var", variance(c.input("x")));
    }

    /// The biased variance of each channel.
    private static Tensor variance(Tensor x) {
        Tensor channels = x.transpose(0, 1).reshape(x.dim(1), x.size() / x.dim(1));
        return channels.subtract(channels.mean(keepDims(1))).square().mean(1).reshape(x.dim(1));
    }

    /// A batch norm with all that a case may have.
    private static BatchNorm tracked(GoldenCase c) {
        return new BatchNorm(channels(c), c.gainIfAny("weight"), c.gainIfAny("bias"), Optional.of(running(c)),
                c.number("eps", BatchNorm.EPS), false);
    }

    private static Layer frozenBatchNorm(GoldenCase c) {
        return new FrozenBatchNorm(Param.buffer(c.input("weight")), Param.buffer(c.input("bias")),
                Param.buffer(c.input("running_mean")), Param.buffer(c.input("running_var")),
                c.number("eps", BatchNorm.EPS));
    }

    private static void syncBatchNorm(GoldenCase c) {
        Tensor x = c.input("x");
        c.flag("affine", true);
        c.output("y", new SyncBatchNorm(tracked(c)).forward(x, c.integers("shard_sizes", x.dim(0))));
    }

    private static Layer batchRenorm(GoldenCase c) {
        c.ignore("r", "d"); // what comes out on the way
        return new BatchRenorm(weight(c), bias(c), c.buffer("running_mean"), c.buffer("running_std"),
                c.number("eps", BatchRenorm.EPS), c.number("momentum", BatchRenorm.WEIGHT), c.number("rmax", 1),
                c.number("dmax", 0));
    }

    private static Layer switchableNorm(GoldenCase c) {
        c.ignore("order"); // IN, LN, BN
        float oldStatWeight = c.number("momentum", 1 - SwitchableNorm.WEIGHT);
        return new SwitchableNorm(c.gain("mean_weight"), c.gain("var_weight"), weight(c), bias(c),
                new RunningStatistics(c.buffer("running_mean"), c.buffer("running_var"), Param.buffer(Tensor.scalar(0)),
                        1 - oldStatWeight),
                c.number("eps", SwitchableNorm.EPS));
    }

    private static void stochNorm(GoldenCase c) {
        Tensor x = c.input("x");
        var norm = new StochNorm(weight(c), bias(c), running(c), c.number("p", StochNorm.P),
                c.number("eps", BatchNorm.EPS));
        c.output("y", c.has("select_batch_stats") ? norm.forward(x, c.input("select_batch_stats")) : norm.forward(x));
    }

    private static Layer onlineNorm(GoldenCase c) {
        boolean layerScaling = c.flag("layer_scaling", false);
        return new OnlineNorm(weight(c), bias(c), c.buffer("mean"), c.buffer("var"), c.buffer("u"),
                c.buffer("v"), c.number("alpha_fwd", OnlineNorm.ALPHA_FORWARD),
                c.number("alpha_bkw", OnlineNorm.ALPHA_BACKWARD), c.number("eps", OnlineNorm.EPS),
                layerScaling ? OnlineNorm.Guard.LAYER_SCALING : OnlineNorm.Guard.NONE);
    }

    // ---- Whitening ----

    private static Layer decorrelatedBatchNorm(GoldenCase c) {
        c.flag("affine", false);
        return whitening(c, DecorrelatedBatchNorm.EPS, new InverseRoot.Eigenvalues());
    }

    private static Layer iterNorm(GoldenCase c) {
        c.flag("affine", false);
        return whitening(c, DecorrelatedBatchNorm.ITER_NORM_EPS,
                new InverseRoot.Newton(c.integer("T", DecorrelatedBatchNorm.ITERATIONS)));
    }

    private static Layer whitening(GoldenCase c, float eps, InverseRoot root) {
        int groups = c.integer("groups", c.integer("num_groups", 1));
        Whitening fresh = DecorrelatedBatchNorm.of(channels(c), groups).whitening();
        return new DecorrelatedBatchNorm(weight(c), bias(c), new Whitening(fresh.mean(), fresh.matrix(), fresh.kept(),
                fresh.newStatWeight(), c.number("eps", eps)), root);
    }

    // ---- Of each example ----

    private static Layer groupNorm(GoldenCase c) {
        c.flag("affine", true);
        return new GroupNorm(c.input("x").dim(1), c.integer("num_groups", 32),
                c.gainIfAny("weight"), c.gainIfAny("bias"),
                c.number("eps", GroupNorm.EPS));
    }

    private static Layer instanceNorm(GoldenCase c) {
        c.flag("affine", true);
        Optional<RunningStatistics> running =
                c.flag("track_running_stats", false) ? Optional.of(running(c)) : Optional.empty();
        return new InstanceNorm(channels(c), c.gainIfAny("weight"), c.gainIfAny("bias"), running,
                c.number("eps", InstanceNorm.EPS), false);
    }

    private static void positionalNorm(GoldenCase c) {
        var result = new PositionalNorm(c.number("eps", PositionalNorm.EPS)).split(c.input("x"));
        c.output("y", result.y());
        c.output("mean", result.mean());
        c.output("std", result.std());
    }

    private static Layer selfNorm(GoldenCase c) {
        SelfNorm.Gate ofMean = gate(c, "wg", "bg_w", "bg_b");
        Optional<SelfNorm.Gate> ofStd = c.has("wf") ? Optional.of(gate(c, "wf", "bf_w", "bf_b")) : Optional.empty();
        return new SelfNorm(ofMean, ofStd, c.number("eps_stats", SelfNorm.EPS), c.unbiased());
    }

    private static SelfNorm.Gate gate(GoldenCase c, String weight, String gamma, String beta) {
        var norm = new BatchNorm(channels(c), c.gainIfAny(gamma), c.gainIfAny(beta), Optional.empty(),
                c.number("eps_bn", BatchNorm.EPS), false);
        return new SelfNorm.Gate(c.weight(weight), norm);
    }

    private static Layer localResponseNorm(GoldenCase c) {
        float alpha = c.number("alpha", 1e-4), beta = c.number("beta", 0.75);
        int radius = c.integer("depth_radius", -1); // TensorFlow's spelling
        return radius < 0 ? new LocalResponseNorm(c.integer("size", 5), alpha, beta, c.number("k", 1))
                : LocalResponseNorm.ofSum(radius, alpha, beta, c.number("bias", 1));
    }

    private static void frequencySplit(GoldenCase c) {
        Tensor x = c.input("img");
        float radius = c.number("radius", 1), centre = c.number("centre", Double.NaN);
        boolean strict = c.flag("strict_less", true);
        FrequencySplit split = Float.isNaN(centre) && strict ? FrequencySplit.of(x, radius)
                : FrequencySplit.of(x, disc(x.dim(-2), x.dim(-1), radius, centre, strict));
        c.output("low", split.low());
        c.output("high", split.high());
        c.output("mask", split.mask());
    }

    /// @param centre NaN for the middle of each axis
    /// @param strict whether the edge lies outside
    private static Tensor disc(int height, int width, float radius, float centre, boolean strict) {
        double row = Float.isNaN(centre) ? height / 2.0 : centre, column = Float.isNaN(centre) ? width / 2.0 : centre;
        float[] mask = new float[height * width];
        for (int i = 0; i < mask.length; i++) {
            double distance = Math.hypot(i / width - row, i % width - column);
            mask[i] = distance < radius || !strict && distance == radius ? 1 : 0;
        }
        return Tensor.of(Shape.of(height, width), mask);
    }
}
