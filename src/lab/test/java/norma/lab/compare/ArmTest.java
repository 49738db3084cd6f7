package norma.lab.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import norma.model.Gpt;
import norma.model.GptConfig;
import norma.nn.Param;
import org.junit.jupiter.api.Test;

/// What makes a comparison fair: equal budgets, equal first numbers.
class ArmTest {
    private static final GptConfig MODEL = GptConfig.of(50, 16, 128, 4, 2);

    private static List<Arm> usual() {
        return Arm.of(Arm.pairs(List.of(), List.of()), MODEL);
    }

    @Test
    void sharedParametersStartEqual() {
        Map<String, Param> first = Gpt.of(usual().getFirst().config(), 7).params();
        for (Arm arm : usual()) {
            long shared = 0;
            for (var mine : Gpt.of(arm.config(), 7).params().entrySet()) {
                Param other = first.get(mine.getKey());
                if (other != null && other.value().shape().equals(mine.getValue().value().shape())) {
                    assertArrayEquals(other.value().toArray(), mine.getValue().value().toArray(), mine.getKey());
                    shared += other.value().size();
                }
            }
            assertTrue(shared > 0.3 * arm.parameters(), arm.name() + " shares only " + shared);
        }
    }

    @Test
    void publishedNormFormerKeepsItsWidth() {
        Arm arm = usual().get(3);
        assertEquals(MODEL.hidden(), arm.config().hidden());
        assertEquals("NormFormer", arm.name());
    }

    @Test
    void theAdaptiveArmIsNarrowedToTheBudget() {
        Arm arm = usual().getLast();
        double over = arm.parameters() / (double) usual().getFirst().parameters() - 1;
        assertTrue(Math.abs(over) <= Arm.TOLERANCE, "over by " + over);
        assertTrue(arm.config().hidden() < MODEL.hidden());
        assertEquals("normformer_adaptive", arm.norm());
        assertEquals("", arm.options());
    }

    @Test
    void everyNormInEveryPlacement() {
        List<Arm> arms = Arm.of(Arm.pairs(List.of("layer_norm", "rms_norm{eps=1e-5}"), List.of("pre", "post")), MODEL);
        assertEquals(List.of("pre-LN", "post-LN", "pre-rms_norm{eps=1e-5}", "post-rms_norm{eps=1e-5}"),
                arms.stream().map(Arm::name).toList());
        assertEquals("{eps=1e-5}", arms.getLast().options());
        assertEquals("rms_norm", arms.getLast().norm());
    }

    @Test
    void aPlacementAloneHasItsUsualNorm() {
        List<Arm> arms = Arm.of(Arm.pairs(List.of(), List.of("pre", "rezero", "ngpt", "peri")), MODEL);
        assertEquals(List.of("pre-LN", "rezero", "ngpt", "peri-layer_norm"), arms.stream().map(Arm::name).toList());
        assertEquals("identity", arms.get(1).norm());
    }

    @Test
    void anArmThatIsTooSmallIsWidened() {
        List<Arm> arms = Arm.of(Arm.pairs(List.of("normformer_adaptive", "layer_norm"), List.of()), MODEL);
        double over = arms.getLast().parameters() / (double) arms.getFirst().parameters() - 1;
        assertTrue(Math.abs(over) <= Arm.TOLERANCE, "over by " + over);
        assertTrue(arms.getLast().config().hidden() > MODEL.hidden());
    }

    @Test
    void anArmThatCannotFitSaysSo() {
        List<Arm.Pair> pairs = Arm.pairs(List.of("layer_norm", "normformer_adaptive{depth=9}"), List.of());
        GptConfig small = GptConfig.of(50, 16, 32, 4, 2);
        var e = assertThrows(IllegalArgumentException.class, () -> Arm.of(pairs, small));
        assertTrue(e.getMessage().contains("must fit into"), e.getMessage());
    }
}
