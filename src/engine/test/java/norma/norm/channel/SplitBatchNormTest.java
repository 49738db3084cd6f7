package norma.norm.channel;

import static norma.nn.ParameterCheck.assertParameterGradients;
import static norma.nn.ParameterCheck.shaken;
import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertGradients;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SplitBatchNormTest {
    private static final int C = 3;

    private static Tensor trained(SplitBatchNorm norm, Tensor x) {
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            return norm.forward(x).copy();
        }
    }

    /// The same parameters and buffers, but none shared.
    private static SplitBatchNorm twin() {
        return shaken(SplitBatchNorm.of(C, 2), 1, 0.3);
    }

    @Test
    void eachPartHasItsOwnNorm() {
        Tensor x = normal(2, 6, C, 4);
        SplitBatchNorm split = twin(), alone = twin();
        Tensor y = trained(split, x);
        try (Tape _ = Tape.training(new BufferPool(), 0)) {
            for (int i = 0; i < 2; i++) {
                assertBits(alone.forward(x.slice(0, 3 * i, 3 * i + 3), i).copy(), y.slice(0, 3 * i, 3 * i + 3).copy());
            }
        }
        ParameterTree.of(alone).params().forEach(
                (name, p) -> assertBits(p.value().detach(),
                        ParameterTree.of(split).params().get(name).value().detach()));
    }

    @Test
    void evaluationIsTheMainNorm() {
        SplitBatchNorm split = twin();
        trained(split, normal(3, 4, C, 5));
        Tensor x = normal(4, 3, C, 2);
        assertBits(split.norms().getFirst().forward(x), split.forward(x));
        Tensor empty = Tensor.zeros(0, C, 2);
        assertBits(empty, trained(split, empty));
    }

    @Test
    void otherKindsDoNotMatter() {
        Tensor clean = normal(5, 3, C, 4);
        Tensor with = trained(twin(), Tensor.concat(0, clean, normal(6, 3, C, 4)));
        Tensor without = trained(twin(), Tensor.concat(0, clean, Tensor.full(clean.shape(), 1e6f)));
        assertBits(with.slice(0, 0, 3).copy(), without.slice(0, 0, 3).copy());
    }

    @Test
    void gradients() {
        SplitBatchNorm split = twin();
        Tensor x = normal(7, 4, C, 5);
        assertGradients("split", xs -> split.forward(xs[0]), x);
        assertParameterGradients("split", split, () -> split.forward(x));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        SplitBatchNorm split = twin();
        List<float[]> before =
                ParameterTree.of(split).params().values().stream().map(Param::value).map(Tensor::toArray).toList();
        assertSays(assertThrows(IllegalArgumentException.class, () -> trained(split, normal(8, 3, C))),
                "SplitBatchNorm", "more than one value", "(1, 3)");
        assertSays(assertThrows(IllegalArgumentException.class, () -> split.forward(normal(8, 2, C), 2)),
                "SplitBatchNorm", "from 0 to 1", "2");
        assertThrows(IllegalArgumentException.class, () -> new SplitBatchNorm(List.of()));
        int i = 0;
        for (Param p : ParameterTree.of(split).params().values()) {
            assertBits(Tensor.of(p.shape(), before.get(i++)), p.value().detach());
        }
    }
}
