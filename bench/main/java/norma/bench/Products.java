package norma.bench;

import java.util.concurrent.TimeUnit;
import norma.kernel.SplitMix;
import norma.tensor.Memory;
import norma.tensor.Shape;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Matrix products of square matrices, random numbers.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
public class Products {
    /// Rows and columns.
    @Param({"256", "512", "1024"})
    public int size;

    private final Memory memory = new Memory();
    private Tensor a;
    private Tensor b;

    /// The factors.
    @Setup
    public void fill() {
        a = random(size, size, 1);
        b = random(size, size, 2);
    }

    static Tensor random(int rows, int columns, long seed) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (SplitMix.at(seed, i) >> 40) * 0x1p-23f;
        }
        return Tensor.of(Shape.of(rows, columns), values);
    }

    /// C = A B
    @Benchmark
    public float matmul() {
        try (Tape _ = Tape.inference(memory)) {
            return a.matmul(b).data().get(0);
        }
    }
}
