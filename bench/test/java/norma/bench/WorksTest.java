package norma.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import norma.bench.work.Workload;
import norma.bench.work.Workloads;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The catalogue.
class WorksTest {

    @Test
    void noTwoWorksAreCalledTheSame() {
        List<String> titles =
                Workloads.families().stream().flatMap(f -> f.works().stream()).map(Workload::toString).toList();
        assertEquals(titles.size(), new HashSet<>(titles).size());
    }

    @Test
    void worksAreFoundByNameAndShape() {
        for (Workload work : Workloads.all()) {
            assertEquals(work, Workloads.of(work.name(), work.shape()));
        }
    }

    @Test
    void aNameMeansAllShapesAndATextSomeOfThem() {
        assertEquals(List.of("B 8, T 256, D 384, 6 layers, V 96", "B 8, T 256, D 384, 6 layers, V 4096"),
                Workloads.named(List.of("gpt_step")).stream().map(Workload::shape).toList());
        assertTrue(Workloads.named(List.of("matmul/NT")).stream().allMatch(work -> work.shape().contains("NT")));
        assertEquals(Workloads.lessons().size(), Workloads.named(List.of("lessons")).size());
    }

    @Test
    void anUnknownNameGetsNearOnes() {
        var e = assertThrows(IllegalArgumentException.class, () -> Workloads.named(List.of("gpt_stp")));
        assertEquals("--only: no work is called 'gpt_stp'; did you mean gpt_step?", e.getMessage());
        var far = assertThrows(IllegalArgumentException.class, () -> Workloads.named(List.of("zzzzzz")));
        assertTrue(far.getMessage().contains("matmul, attention_fwd"), far.getMessage());
    }

    @Test
    void eachKernelHasARepresentative() {
        List<String> names = Workloads.representatives().stream().map(Workload::name).toList();
        List<String> others = List.of("every norm", "models", "sentence encoders", "processes", "lessons");
        assertEquals(
                Workloads.families().stream().filter(family -> !others.contains(family.title()))
                        .flatMap(family -> family.works().stream().map(work -> work.name().replace("_fwd_bwd", "_fwd")))
                        .distinct().count(),
                names.size());
        assertTrue(names.contains("attention_fwd_bwd") && !names.contains("attention_fwd"), names.toString());
        assertEquals("1024x1024x1024 NN", Workloads.representatives().getFirst().shape());
    }

    /// Small enough to be done here, lessons too. Java makes caches of jars only, and here are folders.
    @TestFactory
    Stream<DynamicTest> worksRun() {
        return Workloads.families().stream().flatMap(family -> family.works().stream())
                .filter(work -> work.flops() < 1e9 && work.bytes() < 1e8)
                .filter(work -> !work.toString().matches("embed 500.*|.*AOT cache"))
                .map(work -> DynamicTest.dynamicTest(work.toString(), () -> assertNotNull(work.maker().get().run())));
    }
}
