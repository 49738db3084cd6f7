package norma.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import norma.bench.work.Work;
import norma.bench.work.Works;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// All variants of a lesson compute the same.
class LessonsTest {

    @Test
    void allVariantsAgree() {
        for (String name : Works.lessons().stream().map(Work::name).distinct().toList()) {
            List<Work> variants = Works.named(List.of(name));
            float[] first = result(variants.getFirst());
            for (Work variant : variants) {
                if (!(variant.maker().get().run() instanceof Tensor)) {
                    assertArrayEquals(first, result(variant), 1e-3f, variant.toString());
                }
            }
        }
    }

    private static float[] result(Work variant) {
        return (float[]) variant.maker().get().run();
    }
}
