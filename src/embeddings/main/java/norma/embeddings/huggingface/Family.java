package norma.embeddings.huggingface;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import norma.model.BertConfig;
import norma.model.ClassificationHead;

/// A family of pretrained encoders: how its config.json and its names of weights are read. A new one is a file and a line in
/// [#all].
public interface Family {

    /// All families. No constant: it would need theirs, and a family that is loaded first would find it empty.
    static List<Family> all() {
        return List.of(BertFamily.BERT, BertFamily.ROBERTA, BertFamily.ELECTRA, new DistilBertFamily(),
                new AlbertFamily(), new MpnetFamily(), new ModernBertFamily(), new NomicBertFamily(), new Qwen3Family(),
                new Gemma3Family());
    }

    /// Each `model_type` of the family, and what transformers calls its class of a network without a head.
    Map<String, String> architectures();

    /// What the files call the parameters.
    Names names();

    /// The network that a config.json describes.
    ///
    /// @throws CorruptFileException if it asks for what is not done here
    /// @throws IllegalArgumentException if its numbers make no network
    BertConfig network(NetworkConfig config) throws IOException;

    /// The head that a network for classification was saved with.
    ///
    /// @param labels how many
    /// @param weights by their names
    /// @throws CorruptFileException if the family has no such head that is known here
    /// @throws IllegalArgumentException if the file lacks a weight of it
    ClassificationHead head(NetworkConfig config, int labels, HeadWeights weights) throws IOException;

    /// Whether a network that has learned can be written with the family's names.
    default boolean writable() {
        return true;
    }

    /// The one that a config.json describes.
    ///
    /// @throws CorruptFileException if it is another one
    static Family of(JsonFields config) throws IOException {
        String type = config.text("model_type", "");
        return all().stream().filter(family -> family.architectures().containsKey(type)).findFirst().orElseThrow(
                () -> config.incompatibility("model_type", "one of "
                        + all().stream().flatMap(family -> family.architectures().keySet().stream()).sorted()
                                .toList()));
    }

    /// The network that a config.json describes.
    ///
    /// @throws CorruptFileException if it asks for what is not done here
    default BertConfig network(JsonFields config) throws IOException {
        try {
            return network(new NetworkConfig(config));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(config.file(), e.getMessage(), e);
        }
    }
}
