package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import norma.embeddings.huggingface.BertFormat;
import norma.embeddings.huggingface.LoadMode;
import norma.nn.Init;
import norma.nn.Linear;
import norma.nn.ParameterTree;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// A pretrained encoder whose parameters can be trained further, as `norma.embeddings.finetuning` does.
///
/// ```java
/// TrainableEncoder encoder = TrainableEncoder.load("all-minilm-l6-v2").maxTokens(64);
/// Classifier model = Classifier.of(encoder, 2);
/// FineTuning.whole(1).run(model, examples, Listener.SILENT);
/// model.save(folder);
/// ```
public final class TrainableEncoder implements TextEncoder {
    private final Pretrained model;
    private final int dim;
    private final TokenizerFiles tokenizer;

    /// @param model with a pooling
    private TrainableEncoder(Pretrained model, TokenizerFiles tokenizer) {
        this.model = model.with(model.bert(), model.format().orElseGet(() -> BertFormat.of(model.bert())));
        this.model.format().orElseThrow().requireWritable();
        this.dim = model.readout().dim(model.bert().config().dim());
        this.tokenizer = tokenizer;
        int most = model.bert().config().maxTokens();
        if (model.settings().maxTokens() > most) {
            throw new IllegalArgumentException(
                    "TrainableEncoder: maxTokens must be 1 to %d, which the model can read; got %d".formatted(most,
                            model.settings().maxTokens()));
        }
    }

    /// Loads a folder as Hugging Face has them or [#save] has written it, as [SentenceEncoder#load(Path)] does.
    public static TrainableEncoder load(Path folder) throws IOException {
        return load(folder, Options.DEFAULT);
    }

    /// The same with another pooling, or with one where the folder names none.
    public static TrainableEncoder load(Path folder, Pooling pooling) throws IOException {
        return load(folder, Options.DEFAULT.pooling(pooling));
    }

    /// The same with options, of which the pooling, the number of tokens and the prefixes matter: they are saved with the model.
    public static TrainableEncoder load(Path folder, Options options) throws IOException {
        Modules modules = Modules.read(folder, LoadMode.TRAINING);
        requirePooling(modules.readout(), options, folder.toString(), "Path.of(\"" + folder + "\")");
        Pretrained model = Pretrained.folder(folder, modules, LoadMode.TRAINING).with(options);
        return new TrainableEncoder(model, TokenizerFiles.read(model.settings()));
    }

    /// Loads `name.onnx` and `name-tokenizer.json` from the class path, as [SentenceEncoder#load(String, Options)] does.
    ///
    /// @param name `all-minilm-l6-v2`, for example
    public static TrainableEncoder load(String name) throws IOException {
        return load(name, Options.DEFAULT);
    }

    /// The same with options, of which the pooling, the number of tokens and the prefixes matter: they are saved with the model.
    public static TrainableEncoder load(String name, Options options) throws IOException {
        return load(Resources.find(name), options);
    }

    /// The same with files that a certain class loader sees, as [SentenceEncoder#load(ClassLoader, String, Options)] does.
    public static TrainableEncoder load(ClassLoader loader, String name, Options options) throws IOException {
        return load(Resources.find(name, loader), options);
    }

    private static TrainableEncoder load(Resources files, Options options) throws IOException {
        try (InputStream in = files.tokenizer()) {
            byte[] json = in.readAllBytes();
            Pretrained model = Pretrained.resource(files, LoadMode.TRAINING);
            requirePooling(model.readout(), options, files.name(), "\"" + files.name() + "\"");
            return new TrainableEncoder(model.with(options), TokenizerFiles.of(files.tokenizerFile(), json));
        }
    }

    private static void requirePooling(Readout readout, Options options, String model, String argument) {
        if (readout.with(options.pooling()).poolings().isEmpty()) {
            throw new IllegalArgumentException(
                    ("TrainableEncoder: the files of %s must say how to pool, in modules.json; they don't; look in its "
                            + "description and say it: TrainableEncoder.load(%s, Options.DEFAULT.pooling(Pooling.MEAN)), for example")
                            .formatted(model, argument));
        }
        if (options.dimensions() != 0) {
            throw new IllegalArgumentException("TrainableEncoder: all dimensions of a vector learn; got dimensions = "
                    + options.dimensions() + "; cut them later, in the options of encoder(...)");
        }
    }

    /// After how many tokens a text is cut.
    public int maxTokens() {
        return model.settings().maxTokens();
    }

    /// The same parameters for texts that are cut after so many tokens.
    public TrainableEncoder maxTokens(int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("TrainableEncoder: maxTokens must be positive; got " + maxTokens);
        }
        return new TrainableEncoder(model.with(Options.DEFAULT.maxTokens(maxTokens)), tokenizer);
    }

    /// The same parameters with adaptive norms in the place of the layer norms behind residual sums
    /// ([norma.norm.feature.AdaptiveNormFormer]). At first they compute what the layer norms did.
    ///
    /// @param init first values of the networks inside of them
    public TrainableEncoder withAdaptiveNorms(Init init) {
        return new TrainableEncoder(
                model.with(AdaptiveNorms.in(model.bert(), init), model.format().orElseThrow().withAdaptiveNorms()),
                tokenizer);
    }

    /// A text as the model reads it, with its default prompt in front if it has one.
    public Encoding tokens(String text) {
        return tokens(model.settings().prompts().text(), text);
    }

    /// A text that looks for passages, with the model's prompt for queries in front if it has one.
    public Encoding queryTokens(String text) {
        return tokens(model.settings().prompts().query(), text);
    }

    /// A text that queries look for, with the model's prompt for passages in front if it has one.
    public Encoding passageTokens(String text) {
        return tokens(model.settings().prompts().passage(), text);
    }

    private Encoding tokens(String prompt, String text) {
        return tokenizer.tokenizer().encode(prompt + text, model.settings().maxTokens());
    }

    @Override
    public Tensor forward(List<Encoding> texts) {
        var batch = PackedBatch.of(texts);
        return batch.each(model.bert().forward(batch.ids(), batch.types(), batch.context()), model.readout()::of);
    }

    @Override
    public int dim() {
        return dim;
    }

    /// An encoder for inference on the same parameters: it sees what they learn later, too.
    public SentenceEncoder encoder(Options options) {
        return new SentenceEncoder(model, tokenizer.tokenizer(), options);
    }

    /// Writes a folder as Hugging Face has them, with the names that BERT, RoBERTa or DistilBERT have there, which Python's transformers and sentence-transformers read, and
    /// [SentenceEncoder#load(Path)] too. One with adaptive norms is read by Norma only, and says so to the others.
    public void save(Path folder) throws IOException {
        save(folder, Optional.empty());
    }

    /// The same with a head on top of the pooling.
    ///
    /// @param head is `classifier.weight` and `classifier.bias` in model.safetensors
    /// @param labels names of the head's rows, `id2label` and `label2id` in config.json
    public void save(Path folder, Linear head, List<String> labels) throws IOException {
        save(folder, Optional.of(new EncoderWriter.Head(head, labels)));
    }

    private void save(Path folder, Optional<EncoderWriter.Head> head) throws IOException {
        EncoderWriter.write(folder, model, head);
        tokenizer.save(folder);
    }

    Pretrained model() {
        return model;
    }

    TokenizerFiles tokenizer() {
        return tokenizer;
    }

    @Override
    public void register(ParameterTree tree) {
        tree.add("bert", model.bert());
        model.readout().register(tree);
    }
}
