package norma.lab.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import norma.catalogue.GptCheckpoint;
import norma.lab.run.Characters;
import norma.lab.run.DeviceOption;
import norma.lab.run.Numbers;
import norma.lab.run.Output;
import norma.model.Gpt;
import norma.model.Sampler;
import norma.model.Sampler.Choice;
import norma.parallel.Workers;
import norma.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `norma sample`: writes text with a trained model.
@Command(name = "sample", mixinStandardHelpOptions = true, sortOptions = false,
        header = "Writes text with a model that `norma train` made.")
public final class Sample implements Callable<Integer> {

    private record Result(String prompt, List<String> unknown, String text, int tokens, double temperature, int topK,
            double topP, double repetitionPenalty, long seed, double tokensPerSecond) {
    }

    @Option(names = "--from", paramLabel = "DIR", defaultValue = "out/train",
            description = "Folder with checkpoint.safetensors and tokenizer.json (default: ${DEFAULT-VALUE}).")
    private Path from;

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "",
            description = "How the text begins (default: with a new document).")
    private String prompt;

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "300",
            description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0.8",
            description = "0 for the most likely token, 1 for the model's own probabilities (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "40",
            description = "Draw from the K most likely tokens, 0 for all (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--top-p", paramLabel = "P", defaultValue = "1",
            description = "Draw from the most likely tokens that have probability P together, 1 for all "
                    + "(default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(names = "--repetition-penalty", paramLabel = "X", defaultValue = "1",
            description = "Makes tokens that the text has already less likely; 1 for none, 1.2 is usual "
                    + "(default: ${DEFAULT-VALUE}).")
    private double repetitionPenalty;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the random choices "
            + "(default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with (default: all processors).")
    private Integer threads;

    @Mixin
    private DeviceOption device;
    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (tokens < 0) {
            throw new IllegalArgumentException("--tokens must be at least 0; got " + tokens);
        }
        Choice choice = choice();
        var folder = new RunFolder(from);
        Gpt model = GptCheckpoint.model(folder.checkpoint());
        Tokenizer tokenizer = Tokenizer.load(folder.tokenizer());
        if (tokenizer.vocabulary() != model.config().vocabulary()) {
            throw new IllegalArgumentException("%s knows %d tokens and the model %d; they must be of the same run"
                    .formatted(folder.tokenizer(), tokenizer.vocabulary(), model.config().vocabulary()));
        }
        try (var workers = new Workers(threads == null ? Workers.current().threads() : threads)) {
            return workers.call(() -> write(model, tokenizer, choice));
        }
    }

    private Choice choice() {
        Numbers.require("--temperature", temperature, temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
                "at least 0");
        Numbers.require("--top-k", topK, topK >= 0, "at least 0");
        Numbers.require("--top-p", topP, topP > 0 && topP <= 1, "in (0, 1]");
        Numbers.require("--repetition-penalty", repetitionPenalty,
                repetitionPenalty >= 1 && repetitionPenalty < Double.POSITIVE_INFINITY, "at least 1");
        return Choice.of(temperature).withTopK(topK).withTopP(topP).withRepetitionPenalty(repetitionPenalty)
                .withSeed(seed);
    }

    private int write(Gpt model, Tokenizer tokenizer, Choice choice) {
        PrintWriter out = output.command().commandLine().getOut();
        List<String> unknown = tokenizer.unknown(prompt);
        if (!unknown.isEmpty()) {
            output.say("The model's text had no %s: in the prompt each is read as the same unknown character."
                    .formatted(Characters.list(unknown)));
        }
        // documents are lines or paragraphs, so a new one begins after a line break
        var sampler = new Sampler(model, tokenizer.encode(prompt.isEmpty() ? "\n" : prompt), choice);
        var text = new StringBuilder();
        Consumer<String> reader = output.json() ? text::append : piece -> {
            out.print(piece);
            out.flush();
        };
        reader.accept(output.json() ? "" : prompt);
        long start = System.nanoTime();
        var decoder = new Decoder(tokenizer, reader);
        for (int i = 0; i < tokens; i++) {
            decoder.add(sampler.next());
        }
        decoder.finish();
        double seconds = (System.nanoTime() - start) / 1e9;
        output.print(new Result(prompt, unknown, text.toString(), tokens, temperature, topK, topP, repetitionPenalty,
                seed, tokens / seconds), "");
        return 0;
    }

    /// Makes text of tokens that may be parts of a character: an incomplete one waits for the next token.
    private static final class Decoder {
        private static final int LONGEST = 4;

        private final Tokenizer tokenizer;
        private final Consumer<String> reader;
        private int[] waiting = {};

        Decoder(Tokenizer tokenizer, Consumer<String> reader) {
            this.tokenizer = tokenizer;
            this.reader = reader;
        }

        void add(int token) {
            waiting = Arrays.copyOf(waiting, waiting.length + 1);
            waiting[waiting.length - 1] = token;
            if (!tokenizer.decode(waiting).endsWith("\uFFFD") || waiting.length == LONGEST) {
                finish();
            }
        }

        void finish() {
            reader.accept(tokenizer.decode(waiting));
            waiting = new int[0];
        }
    }
}
