package norma.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// `docs/operations.md` has every operation that there is.
class OperationsPageTest {
    /// About gradients and bookkeeping; they stand with the tape.
    private static final Set<String> ABOUT_GRADIENTS = Set.of("tracked", "isOne", "hasGradient", "gradient",
            "clearGradient", "markWritten", "markLearned", "markListed", "unlistedBeside", "parameter");

    @Test
    void thePageNamesEveryPublicMethodOfTensor() throws IOException {
        String page = Files.readString(Path.of("../../docs/operations.md"));
        List<String> missing = Arrays.stream(Tensor.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(m -> m.getName())
                .filter(name -> !ABOUT_GRADIENTS.contains(name) && !page.matches("(?s).*[`. ]" + name + "[(`].*"))
                .distinct()
                .sorted().toList();
        assertEquals(List.of(), missing);
    }
}
