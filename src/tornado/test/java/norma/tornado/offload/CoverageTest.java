package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import norma.tornado.TestDevice;
import org.junit.jupiter.api.Test;

class CoverageTest {

    @Test
    void eachMethodOfTheEnginesKernelsHasOneOfTheDevice() {
        Map<String, Boolean> coverage = TestDevice.offload().coverage();
        assertTrue(coverage.containsKey("matmul.multiply") && coverage.size() > 50, coverage.toString());
        assertFalse(coverage.containsKey("fourier.lanes"), "which has no operands");
        assertEquals(List.of(), coverage.entrySet().stream().filter(method -> !method.getValue())
                .map(Map.Entry::getKey).toList(), "these are computed on the processor");
    }
}
