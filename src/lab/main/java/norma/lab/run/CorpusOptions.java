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

    /// A corpus as a language model reads it.
    ///
    /// @param corpus its name, for the report
    /// @param tokenizer trained on the training side only
    /// @param train ids to learn from
    /// @param validation ids of other documents, to measure on
    public record Tokens(String corpus, Tokenizer tokenizer, int[] train, int[] validation) {

        /// Training batches; the same seed gives the same ones.
        public TokenWindows batches(int batch, int time, long seed) {
            return new TokenWindows(train, batch, time, seed);
        }

        /// Validation batches, the same for all arms and seeds.
        public List<Batch> validation(int batch, int time, int count) {
            return new TokenWindows(validation, batch, time, 0).validation(count);
        }

        /// In words.
        public String describe() {
            return "%s, %,d training and %,d validation tokens, vocabulary %,d".formatted(corpus, train.length,
                    validation.length, tokenizer.vocabulary());
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
        Corpus corpus = data == null ? WordNet.corpus() : Corpus.read(data);
        Corpus.Split split = corpus.split(VALIDATION_SHARE, SPLIT_SEED);
        Tokenizer tokenizer = known.orElseGet(() -> tokenizer(split.train(), run));
        return new Tokens(name(), tokenizer, split.train().encode(tokenizer), split.validation().encode(tokenizer));
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
