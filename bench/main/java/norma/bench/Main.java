package norma.bench;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import norma.lab.console.Failure;
import picocli.CommandLine;

/// `norma bench`
public final class Main {

    private Main() {
    }

    /// Runs the command and ends the process.
    public static void main(String[] args) {
        var out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        var err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, args));
    }

    /// @return 0 for success, 2 for bad input, 3 for what should not happen
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new Bench()).setOut(out).setErr(err).setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, _) -> Failure.misused(e))
                .setExecutionExceptionHandler((e, command, _) -> Failure.report(e, command)).execute(args);
    }
}
