package norma.embeddings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;

/// A [TinyFolder] with a vocabulary, which a [TrainableEncoder] needs too.
final class TrainableFolder {
    private static final String WORDS =
            "[PAD] [UNK] [CLS] [SEP] [MASK] a b c d e f g h i j k l m n o p q r s t u v w x y";

    private TrainableFolder() {
    }

    static TrainableEncoder encoder(Path folder) throws IOException {
        return encoder(folder, "pooling_mode_mean_tokens");
    }

    static TrainableEncoder encoder(Path folder, String pooling) throws IOException {
        TinyFolder.bert(folder).write();
        Files.writeString(folder.resolve("vocab.txt"), WORDS.replace(' ', '\n') + "\n");
        Files.createDirectories(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"%s\": true}".formatted(pooling));
        Files.writeString(folder.resolve("modules.json"), """
                [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
                """);
        return TrainableEncoder.load(folder);
    }

    /// Adds noise to every parameter, so that nothing is what it was at first.
    static void shake(Parameterized part) {
        ParameterTree.of(part).params().forEach((name, param) -> shake(name, param));
    }

    private static void shake(String name, Param param) {
        var random = new SplittableRandom(name.hashCode());
        float[] values = param.value().toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) random.nextGaussian(0, 0.1);
        }
        param.value().data().set(norma.kernel.Floats.of(values));
    }

    /// The bits of every parameter.
    static Map<String, float[]> values(Parameterized part) {
        var values = new java.util.LinkedHashMap<String, float[]>();
        ParameterTree.of(part).params().forEach((name, param) -> values.put(name, param.value().toArray()));
        return values;
    }
}
