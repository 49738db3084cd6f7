package norma.lab.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ModelOptionsTest {

    @Test
    void aRunDoesNotDependOnWhatComputesIt() {
        var train = new CommandLine(new Train()).setCaseInsensitiveEnumValuesAllowed(true);
        train.parseArgs("--device", "tornado", "--threads", "3", "--dim", "48");
        Map<String, String> options = ModelOptions.of(train.getCommandSpec());
        assertEquals("48", options.get("--dim"));
        assertFalse(options.containsKey("--device") || options.containsKey("--threads"), options.toString());
    }
}
