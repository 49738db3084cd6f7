package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
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

/// A model from its files, and what they say about its use.
///
/// @param bert the network
/// @param pooling of the tokens' vectors, or null if no file says it
/// @param maxTokens how many a text may have
/// @param queryPrefix put in front of queries
/// @param passagePrefix put in front of passages
record Pretrained(Bert bert, Pooling pooling, int maxTokens, String queryPrefix, String passagePrefix) {
    private static final String[] WEIGHTS = {"model.safetensors", "model.onnx", "onnx/model.onnx"};

    /// From a folder as Hugging Face has them.
    static Pretrained folder(Path folder, LoadMode purpose) throws IOException {
        Modules modules = Modules.read(folder);
        Bert bert = bert(modules.network(), purpose);
        JsonFields use = JsonFields.readIfThere(modules.network().resolve("sentence_bert_config.json"));
        JsonFields prompts =
                JsonFields.readIfThere(folder.resolve("config_sentence_transformers.json")).optionalPart("prompts");
        int most = use.whole("max_seq_length", bert.config().maxTokens());
        if (most < 1) {
            throw use.incompatibility("max_seq_length", "positive");
        }
        return new Pretrained(bert, modules.pooling(), Math.min(most, bert.config().maxTokens()),
                prompts.text("query", ""),
                prompts.text("passage", prompts.text("document", "")));
    }

    /// From an ONNX file alone, which says nothing of its use.
    static Pretrained onnx(Path name, URL file, LoadMode purpose) throws IOException {
        Bert bert = onnxBert(name, file, purpose);
        return new Pretrained(bert, null, bert.config().maxTokens(), "", "");
    }

    /// From an ONNX file on the class path, `name.onnx`. What is known of the use of those in langchain4j's jars stands in the models'
    /// cards: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, BAAI/bge-small-en-v1.5, intfloat/e5-small-v2.
    static Pretrained resource(String name, LoadMode purpose) throws IOException {
        Pretrained model = onnx(Path.of(name + ".onnx"), Resources.find(name + ".onnx"), purpose);
        return switch (name) {
            case "all-minilm-l6-v2" -> model.used(Pooling.MEAN, "", "");
            case "bge-small-en", "bge-small-en-v1.5" ->
                model.used(Pooling.CLS, "Represent this sentence for searching relevant passages: ", "");
            case "e5-small-v2" -> model.used(Pooling.MEAN, "query: ", "passage: ");
            default -> model;
        };
    }

    private Pretrained used(Pooling pooling, String queryPrefix, String passagePrefix) {
        return new Pretrained(bert, pooling, maxTokens, queryPrefix, passagePrefix);
    }

    private static Bert bert(Path folder, LoadMode purpose) throws IOException {
        Path weights = weights(folder);
        if (weights.toString().endsWith(".onnx")) {
            return onnxBert(weights, weights.toUri().toURL(), purpose);
        }
        JsonFields config = JsonFields.read(folder.resolve("config.json"));
        if (EncoderWriter.isAdaptive(config)) {
            return EncoderWriter.adaptive(weights, config, purpose);
        }
        BertVariant family = BertVariant.of(config);
        try (StoredWeights stored = StoredWeights.open(weights, family)) {
            return made(weights, family.config(config), stored, purpose);
        }
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

    private static Bert onnxBert(Path name, URL file, LoadMode purpose) throws IOException {
        URLConnection connection = file.openConnection();
        try (InputStream in = connection.getInputStream()) {
            OnnxBert onnx = OnnxBert.read(name, in, connection.getContentLengthLong());
            return made(name, onnx.config(), onnx.weights(), purpose);
        }
    }

    private static Bert made(Path file, BertConfig config, Weights weights, LoadMode purpose) throws IOException {
        try {
            return Bert.of(config, new StoredLayers(weights, purpose));
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
            BertVariant family = BertVariant.of(config);
            BertConfig shape = family.config(config);
            Path file = folder.resolve(WEIGHTS[0]);
            try (StoredWeights stored = StoredWeights.open(file, family)) {
                return new Classifier(made(file, shape, stored, LoadMode.INFERENCE),
                        family.head(shape, BertVariant.labels(config), stored));
            } catch (IllegalArgumentException e) {
                throw new CorruptFileException(file, e.getMessage(), e);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }
}
