package norma.norm.weight;

import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import norma.kernel.Activation;
import norma.kernel.Window;
import norma.nn.Conv2d;
import norma.nn.Init;
import norma.nn.Layer;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.norm.channel.BatchNorm;
import norma.norm.feature.LayerNorm;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// A norm folded into the layer beside it computes the same in one layer.
class FoldingTest {
    /// The same first values for whatever is made alike.
    private static Init init() {
        return new Init(1);
    }

    /// A batch norm that has seen what the layer makes of x.
    private static BatchNorm trained(Layer layer, Tensor x, boolean affine) {
        BatchNorm norm = BatchNorm.of(4);
        for (int i = 0; i < 20; i++) {
            try (Tape _ = Tape.training(new BufferPool(), i)) {
                norm.forward(layer.forward(x));
            }
        }
        shaken(norm, 2, 0.1);
        return affine ? norm : BatchNorm.plain(norm.running().orElseThrow());
    }

    @Test
    void batchNormAfterALinearLayer() {
        Tensor x = normal(3, 30, 6).multiply(2).add(1);
        Linear biased = shaken(Linear.of(init(), 6, 4, 1), 4, 0.5), plain = Linear.of(init(), 6, 4, 1).withoutBias();
        for (Linear layer : List.of(biased, plain, biased.with(WeightNorm.whole(biased.weight())))) {
            for (boolean affine : new boolean[] {true, false}) {
                BatchNorm norm = trained(layer, x, affine);
                Tensor expected = norm.forward(layer.forward(x)), before = layer.weight().value().copy();
                Linear folded = Folding.batchNorm(layer, norm);
                assertClose(expected.detach(), folded.forward(x).detach(), 1e-5);
                assertBits(before, layer.weight().value().detach());
                assertEquals(List.of("weight", "bias"), List.copyOf(ParameterTree.of(folded).params().keySet()));
            }
        }
    }

    @Test
    void batchNormAfterAConvolution() {
        Tensor x = normal(5, 6, 2, 5, 4).multiply(2).add(1);
        Conv2d one = Conv2d.of(init(), 2, 4, Window.of(3).padding(1)), two = Conv2d.of(init(), 2, 4, Window.of(2), 2);
        for (Conv2d layer : List.of(one, one.withoutBias(), two.with(WeightStandardization.of(two.weight())))) {
            BatchNorm norm = trained(layer, x, true);
            assertClose(norm.forward(layer.forward(x)).detach(), Folding.batchNorm(layer, norm).forward(x).detach(),
                    1e-5);
        }
    }

    @Test
    void layerNormBeforeALinearLayer() {
        Tensor x = normal(6, 3, 5, 6).multiply(2).add(1);
        LayerNorm both = shaken(LayerNorm.of(6), 7, 0.5);
        LayerNorm gain = both.withoutBias();
        LayerNorm bias = new LayerNorm(both.shape(), Optional.empty(), both.beta(), both.eps());
        Linear biased = shaken(Linear.of(init(), 6, 4, 1), 8, 0.5).then(Activation.GELU_ERF);
        for (LayerNorm norm : List.of(both, gain, bias, LayerNorm.plain(6))) {
            for (Linear layer : List.of(biased, Linear.of(init(), 6, 4, 1).withoutBias())) {
                Linear folded = Folding.layerNorm(norm, layer);
                assertClose(layer.forward(norm.forward(x)).detach(),
                        folded.forward(LayerNorm.plain(6).withEps(norm.eps()).forward(x)).detach(), 1e-5);
            }
        }
    }

    @Test
    void parametersAreNotShared() {
        Linear layer = Linear.of(init(), 6, 4, 1);
        Linear folded = Folding.layerNorm(LayerNorm.plain(6), layer);
        folded.weight().value().fill(7);
        folded.bias().orElseThrow().value().fill(7);
        assertBits(Linear.of(init(), 6, 4, 1).weight().value().detach(), layer.weight().value().detach());
        assertBits(Tensor.zeros(4), layer.bias().orElseThrow().value().detach());
    }

    @Test
    void whatCanNotBeFoldedIsNamed() {
        Linear layer = Linear.of(init(), 6, 4, 1);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Folding.batchNorm(layer.then(Activation.RELU), BatchNorm.of(4))), "Folding", "RELU");
        assertSays(assertThrows(IllegalArgumentException.class, () -> Folding.batchNorm(layer, BatchNorm.of(5))),
                "Folding", "(4, 6)", "(5)");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Folding.batchNorm(layer, BatchNorm.of(4).untracked())), "Folding", "none");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Folding.layerNorm(LayerNorm.of(2, 3), layer)), "Folding", "(4, 6)",
                Shape.of(2, 3).toString());
    }
}
