package norma.embeddings.finetuning;

import java.util.List;
import java.util.function.Function;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// What a model makes of many texts, without learning from them.
final class Rows {
    private static final int BATCH = 32;

    private Rows() {
    }

    /// A row for each text, in their order.
    ///
    /// @param model gives (B, D)
    static float[][] of(List<Encoding> texts, Function<List<Encoding>, Tensor> model) {
        float[][] rows = new float[texts.size()][];
        var pool = new BufferPool();
        for (int from = 0; from < rows.length; from += BATCH) {
            List<Encoding> batch = texts.subList(from, Math.min(from + BATCH, rows.length));
            try (Tape _ = Tape.inference(pool)) {
                Tensor results = model.apply(batch);
                for (int i = 0; i < batch.size(); i++) {
                    rows[from + i] = results.slice(0, i, i + 1).toArray();
                }
            }
        }
        return rows;
    }
}
