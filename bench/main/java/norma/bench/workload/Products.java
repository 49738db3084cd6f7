package norma.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import norma.backend.Backend;
import norma.bench.workload.Workload.Operation;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Matrix products C = A B of M x K and K x N. N and T say how A and B are stored: as they are, or transposed. With a linear
/// layer's weight (out, in), NT is the layer, NN the gradient of its input, TN the gradient of its weight.
final class Products {
    private static final Pattern SHAPE = Pattern.compile("(?:(\\d+) of )?(\\d+)x(\\d+)x(\\d+) ([NT])([NT])");

    private static final List<String> QUICK = List.of("1024x1024x1024 NN", "2048x384x1536 NT",
            "1x768x3072 NT", "207x207x207 NN", "96 of 128x64x128 NT");

    private static final List<String> SHAPES = List.of(
            "256x256x256 NN", "512x512x512 NN", "768x768x768 NN",
            "1024x1024x1024 NN", "1024x1024x1024 NT", "1024x1024x1024 TN", "2048x2048x2048 NN",
            // the layers of a Transformer with D 384 on 2048 tokens, each with its two backward products
            "2048x384x1152 NT", "2048x1152x384 NN", "1152x2048x384 TN",
            "2048x384x384 NT", "2048x384x384 NN", "384x2048x384 TN",
            "2048x384x1536 NT", "2048x1536x384 NN", "1536x2048x384 TN",
            "2048x1536x384 NT", "2048x384x1536 NN", "384x2048x1536 TN",
            "2048x384x96 NT", "2048x384x4096 NT",
            // generation, token by token
            "1x768x768 NT", "1x768x3072 NT", "4x768x3072 NT", "16x768x3072 NT",
            // no multiple of anything
            "63x63x63 NN", "207x207x207 NN", "702x702x702 NN",
            // heads
            "96 of 128x64x128 NT", "96 of 128x128x64 NN");

    private Products() {
    }

    static List<Workload> workloads() {
        var workloads = new ArrayList<Workload>();
        for (String shape : SHAPES) {
            Workload workload = workload(shape);
            workloads.add(QUICK.contains(shape) ? workload.inQuickRun() : workload);
        }
        return workloads;
    }

    private static Workload workload(String shape) {
        Matcher sizes = SHAPE.matcher(shape);
        if (!sizes.matches()) {
            throw new IllegalArgumentException("matmul: a shape is MxKxN NN, NT or TN; got " + shape);
        }
        int batch = sizes.group(1) == null ? 1 : Integer.parseInt(sizes.group(1));
        int m = Integer.parseInt(sizes.group(2));
        int k = Integer.parseInt(sizes.group(3));
        int n = Integer.parseInt(sizes.group(4));
        boolean aTransposed = sizes.group(5).equals("T");
        boolean bTransposed = sizes.group(6).equals("T");
        double bytes = 4.0 * batch * ((double) m * k + (double) k * n + (double) m * n);
        return Workload.of("matmul", shape, 2.0 * batch * m * k * n, bytes,
                () -> aTransposed ? transposedLeft(m, k, n) : product(batch, m, k, n, bTransposed));
    }

    private static Operation product(int batch, int m, int k, int n, boolean transposed) {
        Tensor a = Inputs.random(1, batch, m, k);
        Tensor b = transposed ? Inputs.random(2, batch, n, k) : Inputs.random(2, batch, k, n);
        return Passes.forward(() -> transposed ? a.matmulTransposed(b) : a.matmul(b));
    }

    /// Backward passes call the kernel for this one; tensors have no method for it.
    private static Operation transposedLeft(int m, int k, int n) {
        Matrix a = Matrix.of(Inputs.random(1, k, m).data(), k, m).transpose();
        Matrix b = Matrix.of(Inputs.random(2, k, n).data(), k, n);
        return Passes.forward(() -> {
            Tensor c = Tensor.empty(Shape.of(m, n));
            Backend.kernels().matmul().multiply(a, b, Matrix.of(c.data(), m, n), MatmulKernel.Epilogue.NONE);
            return c;
        });
    }
}
