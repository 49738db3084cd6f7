package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import norma.embeddings.huggingface.BertNames;
import norma.embeddings.huggingface.BertVariant;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.StoredLayers;
import norma.embeddings.huggingface.StoredWeights;
import norma.embeddings.huggingface.Weights;
import norma.embeddings.onnx.OnnxBert;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.model.Bert;
import norma.model.BertConfig;
import norma.model.ClassificationHead;
import norma.nn.Init;

/// A model from its files, and what they say about its use.
///
/// @param bert the network
/// @param pooling of the tokens' vectors, if a file says it
/// @param use how it is used
record Pretrained(Bert bert, Optional<Pooling> pooling, Use use) {
    /// Of its 512 positions only these were trained.
    private static final int MINILM_TOKENS = 256;

    private static final String[] WEIGHTS = {"model.safetensors", "model.onnx", "onnx/model.onnx"};

    /// From a folder as Hugging Face has them.
    static Pretrained folder(Path folder, LoadMode mode) throws IOException {
        Modules modules = Modules.read(folder);
        Bert bert = bert(modules.network(), mode);
        return new Pretrained(bert, modules.pooling(),
                Use.ofEncoder(folder, modules.network(), bert.config().maxTokens()));
    }

    /// From an ONNX file alone, which does not say how it is used.
    static Pretrained onnx(Path name, URL file, LoadMode mode) throws IOException {
        Bert bert = onnxBert(name, file, mode);
        return new Pretrained(bert, Optional.empty(), Use.of(bert.config().maxTokens(), Prompts.NONE));
    }

    /// From an ONNX file on the class path, `name.onnx`. How those in langchain4j's jars are used, the models' cards say: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, BAAI/bge-small-en-v1.5, intfloat/e5-small-v2.
    static Pretrained resource(String name, LoadMode mode) throws IOException {
        Pretrained model = onnx(Path.of(name + ".onnx"), Resources.find(name + ".onnx"), mode);
        return switch (name) {
            case "all-minilm-l6-v2" -> model.used(Pooling.MEAN, "", "").maxTokens(MINILM_TOKENS);
            case "bge-small-en", "bge-small-en-v1.5" ->
                model.used(Pooling.CLS, "Represent this sentence for searching relevant passages: ", "");
            case "e5-small-v2" -> model.used(Pooling.MEAN, "query: ", "passage: ");
            default -> model;
        };
    }

    /// Another network of the same use.
    Pretrained with(Bert other) {
        return new Pretrained(other, pooling, use);
    }

    /// The same for texts of other length.
    Pretrained maxTokens(int maxTokens) {
        return new Pretrained(bert, pooling, use.maxTokens(maxTokens));
    }

    private Pretrained used(Pooling pooling, String query, String passage) {
        return new Pretrained(bert, Optional.of(pooling), Use.of(use.maxTokens(), new Prompts("", query, passage)));
    }

    private static Bert bert(Path folder, LoadMode mode) throws IOException {
        Path weights = weights(folder);
        if (weights.toString().endsWith(".onnx")) {
            return onnxBert(weights, weights.toUri().toURL(), mode);
        }
        JsonFields config = JsonFields.read(folder.resolve("config.json"));
        boolean adaptive = config.text("model_type", "").equals(EncoderWriter.ADAPTIVE_TYPE);
        BertVariant variant = adaptive ? BertVariant.BERT : BertVariant.of(config);
        BertConfig shape = variant.config(config);
        try (StoredWeights stored = StoredWeights.open(weights, variant)) {
            Bert bert = bert(weights, shape, stored, mode);
            return adaptive ? withAdaptiveNorms(weights, bert, stored) : bert;
        }
    }

    /// With the networks of its norms, which stand beside BERT's own weights.
    private static Bert withAdaptiveNorms(Path file, Bert layerNorms, Weights weights) throws IOException {
        Bert bert = AdaptiveNorms.in(layerNorms, new Init(0));
        return readAs(file, () -> {
            EncoderWriter.params(bert).forEach((name, param) -> {
                if (name.contains(BertNames.ADAPTIVE)) {
                    param.value().set(weights.take(name, param.shape()));
                }
            });
            return bert;
        });
    }

    private static Path weights(Path folder) throws IOException {
        for (String name : WEIGHTS) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw new IOException(folder + ": must hold " + String.join(" or ", WEIGHTS)
                + "; it has none of them; weights in pytorch_model.bin are a program that Python runs, save them as safetensors");
    }

    private static Bert onnxBert(Path name, URL file, LoadMode mode) throws IOException {
        URLConnection connection = file.openConnection();
        try (InputStream in = connection.getInputStream()) {
            OnnxBert onnx = OnnxBert.read(name, in, connection.getContentLengthLong());
            return bert(name, onnx.config(), onnx.weights(), mode);
        }
    }

    private static Bert bert(Path file, BertConfig config, Weights weights, LoadMode mode) throws IOException {
        return readAs(file, () -> Bert.of(config, new StoredLayers(weights, mode)));
    }

    /// What a file's weights make; where they don't fit, the file is what is wrong.
    private static <T> T readAs(Path file, Supplier<T> made) throws IOException {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file, e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// A network with a classification head.
    ///
    /// @param bert the network
    /// @param head on top of it
    record Classifier(Bert bert, ClassificationHead head) {

        /// From a folder with safetensors.
        static Classifier folder(Path folder) throws IOException {
            JsonFields config = JsonFields.read(folder.resolve("config.json"));
            BertVariant variant = BertVariant.of(config);
            BertConfig shape = variant.config(config);
            int labels = BertVariant.labels(config);
            Path file = folder.resolve(WEIGHTS[0]);
            try (StoredWeights stored = StoredWeights.open(file, variant)) {
                return readAs(file, () -> new Classifier(Bert.of(shape, new StoredLayers(stored, LoadMode.INFERENCE)),
                        variant.head(shape, labels, stored)));
            }
        }
    }
}
