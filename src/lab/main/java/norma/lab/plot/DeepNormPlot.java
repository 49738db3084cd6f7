package norma.lab.plot;

import java.util.ArrayList;
import java.util.List;
import norma.catalogue.Placements;
import norma.kernel.Activation;
import norma.nn.Attention;
import norma.nn.Dropout;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Mlp;
import norma.norm.feature.LayerNorm;
import norma.placement.Placement;
import norma.placement.PlacementContext;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// The gradients of 48 untrained blocks, whose matrices keep the variance of what they multiply.
final class DeepNormPlot {
    private static final int BLOCKS = 48, DIM = 64, HIDDEN = 4 * DIM, HEADS = 4, BATCH = 4, TIME = 32;

    static Figure figure() {
        double[] blocks = Numbers.range(1, BLOCKS);
        return new Figure("Mean |dL/dW2| of 48 blocks before the first step", "block", "times that of the last block")
                .logY()
                .line("pre", blocks, gradients("pre")).line("post", blocks, gradients("post"))
                .line("deep_norm", blocks, gradients("deep_norm"));
    }

    private static double[] gradients(String placement) {
        List<Mlp> mlps = new ArrayList<>();
        List<Layer> blocks = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            blocks.add(block(Placements.named(placement).placement(), i, mlps));
        }
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            Tensor x = Numbers.normal("x", BATCH, TIME, DIM);
            for (Layer block : blocks) {
                x = block.forward(x);
            }
            tape.backward(LayerNorm.of(DIM).forward(x).multiply(Numbers.normal("dy", BATCH, TIME, DIM)).sum());
        }
        double last = gradient(mlps.getLast());
        return mlps.stream().mapToDouble(mlp -> gradient(mlp) / last).toArray();
    }

    private static Layer block(Placement placement, int i, List<Mlp> mlps) {
        Init init = new Init(1).at("block" + i);
        double std = 1 / Math.sqrt(DIM);
        var attention = Attention.of(init.at("attention"), DIM, HEADS, true, std, std);
        Mlp mlp = Mlp.of(init.at("mlp"), DIM, HIDDEN, Activation.GELU_TANH, std, 1 / Math.sqrt(HIDDEN));
        mlps.add(mlp);
        var place = new PlacementContext(init, DIM, (_, dim) -> LayerNorm.of(dim), new Dropout(0), i + 1, BLOCKS);
        return placement.block(attention, mlp, place);
    }

    private static double gradient(Mlp mlp) {
        return mlp.down().weight().value().gradient().abs().mean().item();
    }
}
