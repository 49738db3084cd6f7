package norma.lab.finetune;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import norma.embeddings.TrainableCrossEncoder;
import norma.embeddings.TrainableEncoder;
import norma.nn.Init;

/// Where pretrained models come from. Each call reads them again, since learning changes them.
///
/// @param model a folder, or the name of a model on the class path
/// @param maxTokens longer texts are cut; 0 for [#USUAL], or less if the model reads less
record Source(String model, int maxTokens) {
    private static final int USUAL = 128;
    private static final String CLASSIFICATION = "ForSequenceClassification";

    private boolean isFolder() {
        return Files.isDirectory(Path.of(model));
    }

    /// An encoder of single texts.
    TrainableEncoder encoder() throws IOException {
        TrainableEncoder encoder =
                isFolder() ? TrainableEncoder.load(Path.of(model)) : TrainableEncoder.load(model);
        return encoder.maxTokens(maxTokens == 0 ? Math.min(USUAL, encoder.maxTokens()) : maxTokens);
    }

    /// Whether the model reads pairs already.
    boolean isCrossEncoder() throws IOException {
        Path config = Path.of(model).resolve("config.json");
        if (!Files.exists(config)) {
            return false;
        }
        JsonElement classes = JsonParser.parseString(Files.readString(config)).getAsJsonObject().get("architectures");
        return classes != null && classes.toString().contains(CLASSIFICATION);
    }

    /// An encoder of pairs: the one that the folder has, or a new head on an encoder of single texts.
    TrainableCrossEncoder crossEncoder(long seed) throws IOException {
        if (!isCrossEncoder()) {
            return TrainableCrossEncoder.of(encoder(), 1, new Init(seed));
        }
        TrainableCrossEncoder encoder = TrainableCrossEncoder.load(Path.of(model));
        return encoder.maxTokens(maxTokens == 0 ? Math.min(USUAL, encoder.maxTokens()) : maxTokens);
    }
}
