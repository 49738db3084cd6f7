package norma.lab.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import norma.data.TokenWindows;
import norma.data.TokenWindows.Batch;
import norma.data.Corpus;
import norma.tokenizer.BpeTrainer;
import norma.tokenizer.CharacterTrainer;
import norma.tokenizer.Tokenizer;
import picocli.CommandLine.Option;

/// The options of the text that a language model reads: which corpus, with which tokenizer.
public final class CorpusOptions {
    /// The name of the corpus that comes with the command.
    public static final String BUILT_IN = "WordNet 3.1";

    /// Which documents are kept for validation must not depend on the seed of a run: losses of different seeds are compared.
    private static final long SPLIT_SEED = 0;
    private static final double VALIDATION_SHARE = 0.05;

    /// Kinds of tokenizers.
    enum Kind {
        /// bytes of UTF-8
        BYTE,
        /// characters
        CHAR,
        /// byte pairs that are learned
        BPE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--data", paramLabel = "PATH",
            description = "UTF-8 file, or folder of them, to learn from (default: the definitions of WordNet 3.1, built in).")
    private Path data;

    @Option(names = "--tokenizer", paramLabel = "KIND", defaultValue = "char",
            description = "byte, char or bpe (default: ${DEFAULT-VALUE}).")
    private Kind kind;

    @Option(names = "--vocabulary", paramLabel = "N", defaultValue = "1024",
            description = "Pieces that bpe learns, the 256 bytes among them (default: ${DEFAULT-VALUE}).")
    private int vocabulary;

    @Option(names = "--drop-duplicates",
            description = "Drop each paragraph of --data that stood before; lines where a file has no blank ones.")
    private boolean dropDuplicates;

    /// A corpus as a language model reads it.
    ///
    /// @param corpus its name, for the report
    /// @param tokenizer trained on the training side only
    /// @param train ids to learn from
    /// @param validation ids of other text, to measure on
    /// @param text what both were made of, in words
    public record Tokens(String corpus, Tokenizer tokenizer, int[] train, int[] validation, String text) {

        static Tokens of(String corpus, Tokenizer tokenizer, Corpus.Split split) {
            int[] train = split.train().encode(tokenizer);
            int[] validation = split.validation().encode(tokenizer);
            String unknown = Characters.list(split.validation().unknown(tokenizer));
            String text =
                    "%,d characters are %,d tokens to learn from, %,d are %,d set aside for validation%s; vocabulary %,d"
                            .formatted(split.train().length(), train.length, split.validation().length(),
                                    validation.length,
                                    unknown.isEmpty() ? "" : ", where the tokenizer does not know " + unknown,
                                    tokenizer.vocabulary());
            return new Tokens(corpus, tokenizer, train, validation, text);
        }

        /// Training batches; the same seed gives the same ones.
        public TokenWindows batches(int batch, int time, long seed) {
            require("training", train, time);
            return new TokenWindows(train, batch, time, seed);
        }

        /// Validation batches, the same for all arms and seeds.
        public List<Batch> validation(int batch, int time, int count) {
            require("validation", validation, time);
            return new TokenWindows(validation, batch, time, 0).validation(count);
        }

        private void require(String side, int[] ids, int time) {
            if (ids.length <= time) {
                throw new IllegalArgumentException(
                        ("%s: its %s side must have at least --context + 1 = %,d tokens; got %,d "
                                + "of %,d; add text or make --context shorter")
                                .formatted(corpus, side, time + 1L, ids.length,
                                        (long) train.length + validation.length));
            }
        }

        /// In words: what is learned, and what is set aside.
        public String describe() {
            return corpus + ": " + text;
        }
    }

    /// Reads the corpus and trains a tokenizer on it.
    public Tokens read(Run run) throws IOException {
        return read(run, Optional.empty());
    }

    /// Reads the corpus.
    ///
    /// @param known the tokenizer of a run that is resumed
    public Tokens read(Run run, Optional<Tokenizer> known) throws IOException {
        Corpus corpus = data == null ? WordNet.corpus() : corpus(data, run);
        Corpus.Split split = corpus.split(VALIDATION_SHARE, SPLIT_SEED);
        Tokenizer tokenizer = known.orElseGet(() -> tokenizer(split.train(), run));
        return Tokens.of(name(), tokenizer, split);
    }

    private Corpus corpus(Path data, Run run) throws IOException {
        Corpus all = Corpus.read(data);
        List<Path> leftOut = Corpus.leftOut(data);
        if (!leftOut.isEmpty()) {
            run.say("Left out, hidden or not text: %s%s".formatted(data.relativize(leftOut.getFirst()),
                    leftOut.size() == 1 ? "" : " and %,d more".formatted(leftOut.size() - 1)));
        }
        if (!dropDuplicates) {
            return all;
        }
        Corpus.Distinct distinct = all.distinct();
        run.say("Dropped %,d repeated passages with %,d of %,d characters.".formatted(distinct.dropped(),
                all.length() - distinct.corpus().length(), all.length()));
        return distinct.corpus();
    }

    /// What the corpus is called.
    public String name() {
        return data == null ? BUILT_IN : data.toString();
    }

    /// What the tokenizer is called.
    public String tokenizer() {
        return kind.toString();
    }

    private Tokenizer tokenizer(Corpus train, Run run) {
        return switch (kind) {
            case BYTE -> Tokenizer.bytes();
            case CHAR -> CharacterTrainer.train(train.texts());
            case BPE -> {
                run.say("Learning %,d pieces from %.1f million characters ...".formatted(vocabulary,
                        train.length() / 1e6));
                yield BpeTrainer.train(train.texts(), vocabulary);
            }
        };
    }
}
