package norma.optim;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertSays;
import static norma.tensor.Numbers.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.stream.Collectors;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Linear;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Sequential;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GroupTest {
    private static final GptConfig CONFIG = GptConfig.of(11, 4, 8, 2, 1);

    private static Linear linear(int seed, int in, int out) {
        return Linear.of(Param.weight(normal(seed, out, in)), Param.noDecay(normal(seed + 1, out)));
    }

    private final Sequential model = Sequential.of(linear(1, 3, 4), linear(3, 4, 5), linear(5, 5, 2));

    private void backward() {
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(model.forward(normal(9, 6, 3)).square().mean());
        }
    }

    private Tensor weight(int layer) {
        return ParameterTree.of(model).params().get(layer + ".weight").value();
    }

    @Test
    void groupsHaveARateAndADecayOfTheirOwn() {
        Group first = new Group(model, name -> name.startsWith("0."));
        backward();
        Tensor before = weight(0).copy(), later = weight(1).copy(), g = weight(0).gradient().copy(),
                later2 = weight(1).gradient().copy();
        Sgd.of(first, 0.1, Sgd.Config.STANDARD.withDecay(0.5)).and(Sgd.of(first.others(), 0.01)).step();
        assertBits(before.subtract(before.multiply(0.1f * 0.5f).add(g.multiply(0.1f))), weight(0).detach());
        assertBits(later.subtract(later2.multiply(0.01f)), weight(1).detach());
    }

    @Test
    void whatIsInNoGroupIsFrozen() {
        backward();
        Tensor frozen = weight(0).copy(), learned = weight(1).copy();
        Optimizer optimizer = AdamW.of(new Group(model, name -> name.startsWith("0.")).others(), 0.1);
        optimizer.step();
        assertBits(frozen, weight(0).detach());
        assertFalse(weight(0).hasGradient(), "it would pile up");
        assertFalse(learned.equals(weight(1)));
        assertEquals(Set.of("1.weight", "1.bias", "2.weight", "2.bias"), optimizer.params().keySet());
    }

    @Test
    void groupsOfGroups() {
        Group weights = new Group(model, name -> name.endsWith("weight"));
        Group last = new Group(weights, name -> name.startsWith("2."));
        assertEquals(Set.of("2.weight"), ParameterTree.of(last).params().keySet());
        assertEquals(Set.of("0.weight", "1.weight"), ParameterTree.of(last.others()).params().keySet());
    }

    @Test
    void aGroupOfNothing() {
        assertSays(assertThrows(IllegalArgumentException.class, () -> new Group(model, "encoder"::equals)), "Group",
                "0.weight");
    }

    // ---- Muon and the rest ----

    private static Set<String> byMuon(Optimizer optimizer) {
        return optimizer.state().keySet().stream().filter(name -> name.startsWith("velocity."))
                .map(name -> name.substring("velocity.".length())).collect(Collectors.toSet());
    }

    @Test
    void muonHasTheMatricesOfHiddenLayers() {
        assertEquals(Set.of("0.weight", "1.weight"), byMuon(Muon.of(model, 1e-3)));
        Optimizer gpt = Muon.of(Gpt.of(CONFIG.withTied(false), 1), 1e-3);
        assertEquals(6, byMuon(gpt).size(), "four of attention, two of the feed-forward layer");
        assertFalse(byMuon(gpt).contains("tokens.table") || byMuon(gpt).contains("positions.table")
                || byMuon(gpt).contains("head.weight"));
        Gpt tied = Gpt.of(CONFIG, 1);
        assertEquals(byMuon(gpt), byMuon(Muon.of(tied, 1e-3)));
        assertEquals(ParameterTree.of(tied).params().keySet(), Muon.of(tied, 1e-3).params().keySet());
    }

    @Test
    void aGroupOfMatricesIsMuonsAlone() {
        Group weights = new Group(model, name -> name.endsWith("weight"));
        Optimizer both = Muon.of(weights, 0.02, Muon.Config.JORDAN).and(AdamW.of(weights.others(), 3e-4));
        assertEquals(Set.of("0.weight", "1.weight", "2.weight"), byMuon(both));
        assertSays(assertThrows(IllegalArgumentException.class, () -> Muon.of(model, 0.02, Muon.Config.JORDAN)),
                "Muon", "matched", "0.bias", "Group");
    }

    /// Of Gaussian gradients, the elements of a step of AdamW are about 0.2 rates long by Liu et al.'s measure.
    @Test
    void aMatchedStepIsAFifthOfARateInEachElement() {
        Param w = Param.weight(Tensor.zeros(16, 40));
        Optimizer optimizer = Muon.of(Linear.of(w), 0.5, Muon.Config.STANDARD);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(w.value().multiply(normal(20, 16, 40)).sum());
        }
        optimizer.step();
        double rms = Math.sqrt(w.value().detach().square().mean().item());
        assertEquals(0.2 * 0.5, rms, 0.25 * 0.2 * 0.5);
    }
}
