package norma.lab.plot;

import norma.nn.Layer;
import norma.norm.channel.BatchNorm;
import norma.norm.channel.GroupNorm;
import norma.norm.channel.InstanceNorm;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The contrast of one channel of one image, before and after three norms.
final class InstanceNormPlot {
    private static final int BATCH = 32, CHANNELS = 8, SIDE = 16;

    static Figure figure() {
        double[] contrasts = Numbers.geometric(1e-4, Math.sqrt(10), 15);
        return new Figure("The contrast of one channel of one image of 32",
                "contrast going in (1 is that of all others)",
                "contrast coming out").decadesX().decadesY()
                .line("batch norm", contrasts, seen(BatchNorm.of(CHANNELS), contrasts))
                .line("group norm, 4 channels a group", contrasts, seen(GroupNorm.of(CHANNELS, 2), contrasts))
                .line("instance norm", contrasts, seen(InstanceNorm.of(CHANNELS), contrasts));
    }

    private static double[] seen(Layer norm, double[] contrasts) {
        Tensor plane = Numbers.normal("plane", 1, 1, SIDE, SIDE),
                rest = Numbers.normal("rest", 1, CHANNELS - 1, SIDE, SIDE);
        Tensor others = Numbers.normal("others", BATCH - 1, CHANNELS, SIDE, SIDE);
        return Numbers.map(contrasts, contrast -> {
            Tensor image = Tensor.concat(1, plane.multiply((float) contrast), rest);
            try (Tape _ = Tape.training(new BufferPool(), 0)) {
                return Numbers.deviation(norm.forward(Tensor.concat(0, image, others)).slice(0, 0, 1).slice(1, 0, 1));
            }
        });
    }
}
