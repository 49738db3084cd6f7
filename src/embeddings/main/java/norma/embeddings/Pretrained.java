package norma.embeddings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import norma.embeddings.huggingface.BertFormat;
import norma.embeddings.huggingface.Family;
import norma.embeddings.huggingface.HeadWeights;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.NetworkConfig;
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
import norma.nn.Param;
import norma.nn.ParameterTree;

/// A model from its files, and what they say about its use.
///
/// @param bert the network
/// @param format of its files, if they have a config.json
/// @param readout from the tokens' vectors to the text's; without poolings if no file says them
/// @param use how it is used
record Pretrained(Bert bert, Optional<BertFormat> format, Readout readout, EncoderSettings settings) {
    /// Of its 512 positions only these were trained.
    private static final int MINILM_TOKENS = 256;

    private static final List<String> SAFETENSORS = List.of("model.safetensors", "model.safetensors.index.json");
    private static final List<String> ONNX = List.of("model.onnx", "onnx/model.onnx");

    /// From a folder as Hugging Face has them.
    static Pretrained folder(Path folder, LoadMode mode) throws IOException {
        return folder(folder, Modules.read(folder, mode), mode);
    }

    /// The same, whose modules are read.
    static Pretrained folder(Path folder, Modules modules, LoadMode mode) throws IOException {
        Network network = network(modules.network(), mode);
        return new Pretrained(network.bert, network.format, modules.readout(),
                EncoderSettings.ofEncoder(folder, modules.network(), network.bert.config().maxTokens()));
    }

    /// From an ONNX file alone, which does not say how it is used.
    static Pretrained onnx(Path name, URL file, LoadMode mode) throws IOException {
        return onnx(name, file, Optional.empty(), mode);
    }

    /// From an ONNX file with others beside it, which may hold its weights.
    static Pretrained onnx(Path file, LoadMode mode) throws IOException {
        return onnx(file, file.toUri().toURL(), Optional.of(file.toAbsolutePath().getParent()), mode);
    }

    private static Pretrained onnx(Path name, URL file, Optional<Path> folder, LoadMode mode) throws IOException {
        Bert bert = onnxBert(name, file, folder, mode);
        return new Pretrained(bert, Optional.empty(), Readout.NONE,
                EncoderSettings.of(bert.config().maxTokens(), Prompts.NONE));
    }

    /// From an ONNX file on the class path, `name.onnx`. How those in langchain4j's jars are used, the models' cards say: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, BAAI/bge-small-en-v1.5, intfloat/e5-small-v2.
    static Pretrained resource(Resources files, LoadMode mode) throws IOException {
        Pretrained model = onnx(Path.of(files.name() + ".onnx"), files.network(), mode);
        return switch (files.name()) {
            case "all-minilm-l6-v2" -> model.used(Pooling.MEAN, MINILM_TOKENS, "", "");
            case "bge-small-en", "bge-small-en-v1.5" -> model.used(Pooling.CLS, model.settings.maxTokens(),
                    "Represent this sentence for searching relevant passages: ", "");
            case "e5-small-v2" -> model.used(Pooling.MEAN, model.settings.maxTokens(), "query: ", "passage: ");
            default -> model;
        };
    }

    /// The readout with the options' poolings, if they have some; none if nobody says how to pool.
    Optional<Readout> readout(Options options) {
        return Optional.of(readout.with(options.pooling())).filter(known -> !known.poolings().isEmpty());
    }

    /// Another network of the same use.
    Pretrained with(Bert other, BertFormat itsFormat) {
        return new Pretrained(other, Optional.of(itsFormat), readout, settings);
    }

    /// The same with the options' choices, where some were made.
    Pretrained with(Options options) {
        return new Pretrained(bert, format, readout.with(options.pooling()), settings.with(options));
    }

    private Pretrained used(Pooling pooling, int maxTokens, String query, String passage) {
        return new Pretrained(bert, format, new Readout(List.of(pooling), List.of()),
                EncoderSettings.of(maxTokens, new Prompts("", query, passage)));
    }

    /// A network, and how it is written if a config.json says it.
    private record Network(Bert bert, Optional<BertFormat> format) {
    }

    private static Network network(Path folder, LoadMode mode) throws IOException {
        Path weights = weights(folder, Stream.concat(SAFETENSORS.stream(), ONNX.stream()).toList());
        if (weights.toString().endsWith(".onnx")) {
            return new Network(onnx(weights, mode).bert, Optional.empty());
        }
        JsonFields config = JsonFields.read(folder.resolve("config.json"));
        BertFormat format = BertFormat.of(config);
        BertConfig shape = format.shape(config);
        try (StoredWeights stored = StoredWeights.open(weights, format.family().names())) {
            Bert bert = bert(weights, shape, stored, mode);
            return new Network(format.adaptive() ? withAdaptiveNorms(weights, bert, stored) : bert,
                    Optional.of(format));
        }
    }

    /// With the networks of its norms, which stand beside BERT's own weights.
    private static Bert withAdaptiveNorms(Path file, Bert layerNorms, Weights weights) throws IOException {
        Bert bert = AdaptiveNorms.in(layerNorms, new Init(0));
        return readAs(file, () -> {
            ParameterTree.of(bert).params().forEach((name, param) -> {
                if (AdaptiveNorms.hasAlone(name)) {
                    param.value().set(weights.take(name, param.shape()));
                }
            });
            return bert;
        });
    }

    private static Path weights(Path folder, List<String> names) throws IOException {
        for (String name : names) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw new IOException(folder + ": must hold " + String.join(" or ", names)
                + "; it has none of them; weights in pytorch_model.bin are a program that Python runs, save them as safetensors");
    }

    private static Bert onnxBert(Path name, URL file, Optional<Path> folder, LoadMode mode) throws IOException {
        URLConnection connection = Resources.connection(file);
        try (InputStream in = connection.getInputStream()) {
            OnnxBert onnx = OnnxBert.read(name, in, Resources.length(connection), folder);
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
    /// @param format of its files
    /// @param head on top of it
    /// @param stored the head's parameters by the names they have in files
    record Classifier(Bert bert, BertFormat format, ClassificationHead head, Map<String, Param> stored) {

        /// A network with the head that its family has.
        ///
        /// @throws norma.io.CorruptFileException if it has none that is known
        static Classifier of(Bert bert, BertFormat format, int labels, HeadWeights weights) throws IOException {
            var config = new NetworkConfig(new JsonFields(Path.of("config.json"), "$", format.config()));
            ClassificationHead head = format.family().head(config, labels, weights);
            return new Classifier(bert, format, head, weights.params());
        }

        /// From a folder with safetensors.
        static Classifier folder(Path folder, LoadMode mode) throws IOException {
            JsonFields config = JsonFields.read(folder.resolve("config.json"));
            Family family = Family.of(config);
            BertConfig shape = family.network(config);
            int labels = new NetworkConfig(config).labels();
            Path file = weights(folder, SAFETENSORS);
            try (StoredWeights stored = StoredWeights.open(file, family.names())) {
                Bert bert = Pretrained.bert(file, shape, stored, mode);
                return of(bert, new BertFormat(family, false, config.values()), labels,
                        new HeadWeights(stored::takeStored));
            } catch (IllegalArgumentException e) {
                throw new CorruptFileException(file, e.getMessage(), e);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }
}
