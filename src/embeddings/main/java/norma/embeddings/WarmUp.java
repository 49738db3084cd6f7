package norma.embeddings;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import norma.embeddings.huggingface.LoadMode;
import norma.embeddings.huggingface.StoredLayers;
import norma.model.Bert;
import norma.model.BertConfig;
import norma.parallel.Threads;
import norma.tokenizer.Encoding;

/// Gets the kernels compiled while the first model of a process is loaded: a small network of zeros reads a text again and again, on a
/// thread that ends when the model is there.
///
/// Before C2 has compiled a kernel, each of its vectors is an object and each operation takes a hundred times as long, which the first
/// text would have to wait for.
final class WarmUp implements AutoCloseable {
    /// So many rows use the matrix product's tiles of eight, four, two and one row.
    private static final int TOKENS = 15;

    private static final BertConfig SMALL = BertConfig.of(1, TOKENS, 128, 4, 1, 1e-12f);

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private volatile boolean loaded;

    private WarmUp() {
    }

    /// Begins, if this is the first time in this process.
    static WarmUp begin() {
        var warmUp = new WarmUp();
        if (BEGUN.compareAndSet(false, true)) {
            Threads.daemon("norma-warm-up", warmUp::run).start();
        }
        return warmUp;
    }

    private void run() {
        Bert model = Bert.of(SMALL, new StoredLayers((_, shape) -> new float[shape.size()], LoadMode.INFERENCE));
        var text = new Encoding(new int[TOKENS], new int[TOKENS], new int[TOKENS], new int[TOKENS]);
        try (var inference = new Inference(model, 1, Pooling.MEAN::of)) {
            while (!loaded) {
                inference.run(List.of(text));
            }
        }
    }

    /// Ends it, soon.
    @Override
    public void close() {
        loaded = true;
    }
}
