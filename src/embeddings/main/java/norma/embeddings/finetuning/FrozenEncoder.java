package norma.embeddings.finetuning;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import norma.embeddings.TextEncoder;
import norma.tensor.BufferPool;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// An encoder that does not learn: it registers no parameters, and no gradient flows into it. So a text's vector stays the same and
/// is computed once.
public final class FrozenEncoder implements TextEncoder {
    private final TextEncoder encoder;
    private final Map<Encoding, float[]> vectors = new IdentityHashMap<>();
    private final BufferPool pool = new BufferPool();

    /// Freezes an encoder.
    ///
    /// @param encoder whose parameters nobody else changes
    public FrozenEncoder(TextEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public Tensor forward(List<Encoding> texts) {
        compute(texts.stream().filter(text -> !vectors.containsKey(text)).toList());
        float[] rows = new float[texts.size() * dim()];
        for (int i = 0; i < texts.size(); i++) {
            System.arraycopy(vectors.get(texts.get(i)), 0, rows, i * dim(), dim());
        }
        return Tensor.adopt(Shape.of(texts.size(), dim()), rows);
    }

    private void compute(List<Encoding> texts) {
        if (texts.isEmpty()) {
            return;
        }
        try (Tape _ = Tape.inference(pool)) {
            Tensor rows = encoder.forward(texts);
            for (int i = 0; i < texts.size(); i++) {
                vectors.put(texts.get(i), rows.slice(0, i, i + 1).toArray());
            }
        }
    }

    @Override
    public int dim() {
        return encoder.dim();
    }
}
