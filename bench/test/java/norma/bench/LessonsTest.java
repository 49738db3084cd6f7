package norma.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import norma.bench.workload.Workload;
import norma.bench.workload.Workloads;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// All variants of a lesson compute the same.
class LessonsTest {

    @Test
    void allVariantsAgree() {
        for (String name : Workloads.lessons().stream().map(Workload::name).distinct().toList()) {
            List<Workload> variants = Workloads.named(List.of(name));
            float[] first = result(variants.getFirst());
            for (Workload variant : variants) {
                if (!(variant.maker().get().run() instanceof Tensor)) {
                    assertArrayEquals(first, result(variant), 1e-3f, variant.toString());
                }
            }
        }
    }

    private static float[] result(Workload variant) {
        return (float[]) variant.maker().get().run();
    }
}
