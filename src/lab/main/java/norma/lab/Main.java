package norma.lab;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import norma.lab.catalogue.NormsCommand;
import norma.lab.catalogue.PlacementsCommand;
import norma.lab.compare.Compare;
import norma.lab.console.Failure;
import norma.lab.console.Version;
import norma.lab.embed.Embed;
import norma.lab.embed.Export;
import norma.lab.embed.Rerank;
import norma.lab.embed.Similar;
import norma.lab.finetune.Classify;
import norma.lab.finetune.FineTune;
import norma.lab.plot.PlotsCommand;
import norma.lab.run.DeviceOption;
import norma.lab.train.Sample;
import norma.lab.train.Train;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParseResult;

/// The `norma` command: it finds the subcommand that the arguments name and turns what goes wrong into one line.
@Command(name = "norma", versionProvider = Version.class, mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        header = "Small Transformers under many normalizations and sentence embeddings, in Java.%n",
        footer = {"%nFrom a checkout also:",
                "  norma bench                quick figures beside this machine's measured limits",
                "  norma run FILE.java        a program of your own on the engine",
                "%nnorma COMMAND --help tells more. To begin with: norma compare --steps 20"})
public final class Main implements Runnable {

    private static final List<Class<?>> COMMANDS = List.of(Compare.class, Train.class, Sample.class, Embed.class,
            Export.class, Similar.class, Rerank.class, FineTune.class, Classify.class, NormsCommand.class,
            PlacementsCommand.class,
            PlotsCommand.class, Doctor.class);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    Main() {
    }

    /// Runs the command that the arguments name, and ends the process.
    public static void main(String[] args) {
        var out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        var err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, args));
    }

    /// Runs the command that the arguments name.
    ///
    /// @return 0 for success, 1 for a run that diverged, 2 for bad input, 3 for what should not happen
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine command = commandLine(args).setOut(out).setErr(err);
        try {
            return command.execute(args);
        } catch (OutOfMemoryError | ExceptionInInitializerError e) {
            return Failure.report(e, command);
        }
    }

    private static CommandLine commandLine(String... args) {
        CommandLine norma = new CommandLine(new Main());
        commands(args).forEach(norma::addSubcommand);
        return norma.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Main::execute)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, _) -> Failure.misused(e))
                .setExecutionExceptionHandler((e, command, _) -> Failure.report(e, command));
    }

    private static int execute(ParseResult arguments) {
        ParseResult command = arguments.hasSubcommand() ? arguments.subcommand() : arguments;
        CommandLine line = command.commandSpec().commandLine();
        boolean onDevice;
        try {
            onDevice = DeviceOption.use(command, line.getErr());
        } catch (RuntimeException e) {
            throw new ExecutionException(line, e.getMessage(), e);
        }
        int code = new CommandLine.RunLast().execute(arguments);
        if (onDevice) {
            DeviceOption.report(line.getErr());
        }
        return code;
    }

    /// The one that the first argument names, else all of them: to read the options of all takes longer than many a command.
    private static List<Class<?>> commands(String... args) {
        return COMMANDS.stream().filter(c -> args.length > 0 && c.getAnnotation(Command.class).name().equals(args[0]))
                .findFirst().<List<Class<?>>>map(List::of).orElse(COMMANDS);
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        spec.commandLine().usage(out);
    }
}
