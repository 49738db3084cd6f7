package norma.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import norma.bench.workload.Workloads.Family;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The catalogue.
class WorkloadsTest {

    @Test
    void noTwoWorkloadsAreCalledTheSame() {
        List<String> titles =
                Workloads.families().stream().flatMap(f -> f.workloads().stream()).map(Workload::toString).toList();
        assertEquals(titles.size(), new HashSet<>(titles).size());
    }

    @Test
    void workloadsAreFoundByNameAndShape() {
        for (Workload workload : Workloads.all()) {
            assertEquals(workload, Workloads.of(workload.name(), workload.shape()));
        }
    }

    @Test
    void aNameMeansAllShapesAndATextSomeOfThem() {
        assertEquals(List.of("B 8, T 256, D 384, 6 layers, V 96", "B 8, T 256, D 384, 6 layers, V 4096"),
                Workloads.named(List.of("gpt_step")).stream().map(Workload::shape).toList());
        assertTrue(
                Workloads.named(List.of("matmul/NT")).stream().allMatch(workload -> workload.shape().contains("NT")));
        assertEquals(Workloads.lessons().size(), Workloads.named(List.of("lessons")).size());
    }

    @Test
    void anUnknownNameGetsNearOnes() {
        var e = assertThrows(IllegalArgumentException.class, () -> Workloads.named(List.of("gpt_stp")));
        assertEquals("--only: no workload is called 'gpt_stp'; did you mean gpt_step?", e.getMessage());
        var far = assertThrows(IllegalArgumentException.class, () -> Workloads.named(List.of("zzzzzz")));
        assertTrue(far.getMessage().contains("matmul, attention_fwd"), far.getMessage());
    }

    @Test
    void eachKernelHasARepresentative() {
        List<String> names = Workloads.representatives().stream().map(Workload::name).toList();
        List<String> others = List.of("every norm", "models", "sentence encoders", "processes", "lessons");
        assertEquals(
                Workloads.families().stream().filter(family -> !others.contains(family.title()))
                        .flatMap(family -> family.workloads().stream()
                                .map(workload -> workload.name().replace("_fwd_bwd", "_fwd")))
                        .distinct().count(),
                names.size());
        assertTrue(names.contains("attention_fwd_bwd") && !names.contains("attention_fwd"), names.toString());
        assertEquals("1024x1024x1024 NN", Workloads.representatives().getFirst().shape());
    }

    @Test
    void processesAndLessonsAreNotForDevices() {
        List<String> families = Workloads.families().stream()
                .filter(family -> family.workloads().stream().anyMatch(Workloads::onDevice)).map(Family::title)
                .toList();
        assertEquals(Workloads.families().size() - 2, families.size());
        assertFalse(families.contains("processes") || families.contains("lessons"), families.toString());
    }

    /// Small enough to be done here, lessons too. Java makes caches of jars only, and here are folders.
    @TestFactory
    Stream<DynamicTest> worksRun() {
        return Workloads.families().stream().flatMap(family -> family.workloads().stream())
                .filter(workload -> workload.flops() < 1e9 && workload.bytes() < 1e8)
                .filter(workload -> !workload.toString().matches("embed 500.*|.*AOT cache"))
                .map(workload -> DynamicTest.dynamicTest(workload.toString(),
                        () -> assertNotNull(workload.maker().get().run())));
    }
}
