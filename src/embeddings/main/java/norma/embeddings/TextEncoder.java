package norma.embeddings;

import java.util.List;
import norma.nn.Parameterized;
import norma.tensor.Tensor;
import norma.tokenizer.Encoding;

/// Makes vectors of texts as tensors, for losses. The parameters that it registers are those that learn.
public interface TextEncoder extends Parameterized {

    /// Their vectors (B, D), of any length.
    Tensor forward(List<Encoding> texts);

    /// D
    int dim();
}
