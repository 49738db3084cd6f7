package norma.nn;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import norma.kernel.Activation;
import norma.norm.channel.BatchInstanceNorm;
import norma.tensor.Shape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ParameterTreeTest {

    /// A part that lists whatever it is told to.
    private record Box(Consumer<ParameterTree> lists) implements Parameterized {
        @Override
        public void register(ParameterTree tree) {
            lists.accept(tree);
        }
    }

    private static List<String> names(Parameterized part) {
        return List.copyOf(ParameterTree.of(part).params().keySet());
    }

    @Test
    void namesAreTheWayThroughTheParts() {
        var init = new Init(1);
        Mlp mlp = Mlp.gated(init, 3, 4, Activation.SILU, 1, 1);
        Box model = new Box(
                p -> p.add("blocks", List.of(mlp, Linear.of(new Init(2), 3, 3, 1).withoutBias()))
                        .add("missing", Optional.empty())
                        .add("gain", Init.constant(1, 2)));
        assertEquals(List.of("blocks.0.up.weight", "blocks.0.up.bias", "blocks.0.gate.weight", "blocks.0.gate.bias",
                "blocks.0.down.weight", "blocks.0.down.bias", "blocks.1.weight", "gain"), names(model));
        assertEquals(
                List.of("blocks.0", "blocks.0.up", "blocks.0.gate", "blocks.0.middle", "blocks.0.down", "blocks.1"),
                List.copyOf(ParameterTree.of(model).parts().keySet()));
        assertEquals(16 + 16 + 15 + 9 + 2, ParameterTree.of(model).size());
    }

    @Test
    void whatIsTiedIsListedOnce() {
        Param shared = Param.weight(normal(1, 3, 3));
        Linear a = Linear.of(shared), b = Linear.of(shared).then(Activation.RELU);
        assertEquals(List.of("a.weight"), names(new Box(p -> p.add("a", a).add("b", b).add("a2", a))));
        // a parameter made of the same floats is the same parameter; a neighbour in the same array is not
        Tensor both = normal(2, 2, 3);
        Param first = Param.noDecay(both.slice(0, 0, 1)), second = Param.noDecay(both.slice(0, 1, 2));
        Param again = Param.noDecay(both.slice(0, 0, 1));
        assertEquals(List.of("first", "second"),
                names(new Box(p -> p.add("first", first).add("second", second).add("again", again))));
    }

    @Test
    void twoOfOneNameAreRefused() {
        Box params = new Box(p -> p.add("w", Init.constant(1, 2)).add("w", Init.constant(2, 2)));
        assertSays(assertThrows(IllegalStateException.class, () -> ParameterTree.of(params)), "ParameterTree", "differ",
                "w");
        Box parts = new Box(p -> p.add("f", new Dropout(0.1f)).add("f", new Dropout(0.2f)));
        assertSays(assertThrows(IllegalStateException.class, () -> ParameterTree.of(parts)), "ParameterTree", "differ",
                "f");
    }

    @Test
    void buffersAreListedAndNotLearned() {
        ParameterTree parts =
                ParameterTree
                        .of(new Box(p -> p.add("mean", Param.buffer(normal(3, 5))).add("gain", Init.constant(1, 2))));
        assertEquals(2, parts.size());
        assertEquals(2, parts.params().size());
        assertEquals(false, parts.params().get("mean").value().tracked());
        assertThrows(UnsupportedOperationException.class, () -> parts.params().clear());
    }

    @Test
    void firstValuesDependOnSeedAndNameOnly() {
        Param first = new Init(7).at("a").at("b").normal("w", 1, 3, 4);
        var again = new Init(7);
        again.at("z").normal("other", 1, 5);
        assertBits(first.value().detach(), again.at("a").at("b").normal("w", 1, 3, 4).value().detach());
        for (Param other : List.of(new Init(8).at("a").at("b").normal("w", 1, 3, 4),
                new Init(7).at("a").at("c").normal("w", 1, 3, 4),
                new Init(7).at("b").at("a").normal("w", 1, 3, 4), new Init(7).at("a").at("b").normal("v", 1, 3, 4),
                new Init(7).at("ab").normal("w", 1, 3, 4))) {
            assertNotEquals(Arrays.toString(first.value().toArray()), Arrays.toString(other.value().toArray()));
        }
    }

    @Test
    void firstValuesAreDistributedAsTheyShouldBe() {
        Tensor normal = new Init(9).normal("w", 0.02, 100, 100).value().detach();
        // five standard deviations of the estimates from 10,000 numbers
        assertEquals(0, normal.mean().item(), 5 * 0.02 / 100);
        assertEquals(0.02, Math.sqrt(normal.square().mean().item()), 5 * 0.02 / Math.sqrt(2e4));
        Tensor xavier = new Init(9).xavier("w", 2, 50, 100).value().detach();
        double bound = 2 * Math.sqrt(6.0 / 150);
        assertEquals(bound, xavier.abs().max().item(), bound / 100);
        assertEquals(bound / Math.sqrt(3), Math.sqrt(xavier.square().mean().item()), bound / 20);
        assertBits(Tensor.full(Shape.of(2, 2), 3), Init.constant(3, 2, 2).value().detach());
        assertEquals(Param.Role.NO_DECAY, Init.constant(3, 2).role());
        assertEquals(Param.Role.WEIGHT, new Init(1).zeros(2).role());
    }

    @Test
    void partsPutTheirParametersBackAfterAStep() {
        BatchInstanceNorm norm = BatchInstanceNorm.of(3);
        norm.rho().value().data().set(Tensor.of(Shape.of(3), -0.5f, 0.25f, 1.5f).data());
        ParameterTree.of(Sequential.of(Sequential.of(norm))).afterStep();
        assertArrayEquals(new float[] {0, 0.25f, 1}, norm.rho().value().toArray());
    }
}
