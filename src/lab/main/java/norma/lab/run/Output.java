package norma.lab.run;

import java.io.PrintWriter;
import java.util.List;
import norma.lab.console.Json;
import norma.lab.console.Progress;
import norma.lab.console.Table;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The option `--json`, and where a command writes: its result on standard output, everything else on standard error.
public class Output {
    @Option(names = "--json", description = "Print JSON on standard output and nothing else.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /// Whether a program reads the output.
    public final boolean json() {
        return json;
    }

    /// The command that it is an option of.
    public final CommandSpec command() {
        return command;
    }

    /// Prints a result, as JSON or as text for a person.
    public final void print(Object result, String text) {
        print(json ? Json.page(result) : text);
    }

    /// Prints results, as JSON with an object on each line or as a table for a person.
    public final void print(List<?> results, Table table) {
        if (json) {
            results.forEach(result -> print(Json.line(result)));
        } else {
            print(table.toString().stripTrailing());
        }
    }

    /// Prints a line.
    public final void print(String text) {
        PrintWriter out = command.commandLine().getOut();
        out.println(text);
        out.flush();
    }

    /// A remark for a person, on standard error.
    public final void say(String text) {
        if (!json) {
            error(text);
        }
    }

    /// A line on standard error.
    public final void error(String text) {
        PrintWriter err = command.commandLine().getErr();
        err.println(text);
        err.flush();
    }

    /// Progress on standard error; none if a program reads.
    public final Progress progress(String task, String unit, long total) {
        return Progress.of(task, unit, total, json);
    }
}
