package norma.bench;

import java.util.concurrent.TimeUnit;
import norma.norm.LayerNorm;
import norma.tensor.Memory;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Layer norm over 4096 rows of 1024 features, random numbers, through the tape as a model uses it.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
public class LayerNorms {
    private static final int ROWS = 4096;
    private static final int FEATURES = 1024;

    /// Bytes that must be read and written once: x and y.
    static final double FORWARD_BYTES = 2.0 * 4 * ROWS * FEATURES;

    private final Memory memory = new Memory();
    private final LayerNorm norm = LayerNorm.of(FEATURES);
    private final Tensor x = Products.random(ROWS, FEATURES, 1);

    /// y = LayerNorm(x)
    @Benchmark
    public float layerNorm() {
        try (Tape _ = Tape.inference(memory)) {
            return norm.forward(x).data().get(0);
        }
    }
}
