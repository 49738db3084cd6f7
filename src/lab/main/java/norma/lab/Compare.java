package norma.lab;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Trains the same mini-Transformer under several norms and says how they did.
@Command(name = "compare", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Trains the same small Transformer under several norms and writes a report with curves.")
final class Compare implements Callable<Integer> {
    @Mixin
    private Run run;
    @Mixin
    private Text text;

    @Override
    public Integer call() throws Exception {
        run.folder();
        return run.call(() -> {
            run.say(text.read(run).describe());
            return 0;
        });
    }
}
