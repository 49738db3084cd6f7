package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import norma.kernel.Activation;
import norma.kernel.Floats;
import norma.kernel.Matrix;
import norma.kernel.contract.MatmulKernel.Epilogue;
import norma.kernel.contract.Transfer;
import norma.tornado.TestDevice;
import org.junit.jupiter.api.Test;

class OffloadedMatmulTest {
    private final Offload offload = TestDevice.offload();
    private final Transfer transfer = offload.kernels().transfer();
    private final Random random = new Random(3);

    /// In tiles, element by element, and each of them in parts: the cut changes the work of an iteration and no bit of the sums.
    @Test
    void theCutDoesNotChangeTheBits() {
        int[][] shapes = {{1, 1, 1}, {4, 4, 4}, {5, 7, 130}, {16, 8, 300}, {33, 17, 257}, {3, 40, 500}, {19, 21, 0},
                {18, 3, 5000}};
        for (int[] shape : shapes) {
            for (int layout = 0; layout < 16; layout++) {
                int m = shape[0], n = shape[1], k = shape[2], batch = 1 + layout % 3;
                Matrix a = random(batch, m, k, layout & 3), b = random(batch, k, n, layout >> 2);
                Matrix c = random(batch, m, n, layout & 1);
                Floats bias = random(1, 1, n, 0).data();
                float[] kept = new float[c.data().length()];
                Epilogue end = new Epilogue((layout & 4) != 0, bias, Floats.of(kept), Activation.GELU_ERF);
                int tiles = batch * Math.ceilDiv(m, 4) * Math.ceilDiv(n, 4);
                float[] want = product(Integer.MAX_VALUE, a, b, c, end);
                float[] before = read(Floats.of(kept));
                for (int busy : new int[] {1, tiles, tiles + 1, 2 * tiles + 1}) {
                    assertArrayEquals(want, product(busy, a, b, c, end), a + " " + b);
                    assertArrayEquals(before, read(Floats.of(kept)));
                }
            }
        }
    }

    /// C from the values that it has on the host.
    private float[] product(int busy, Matrix a, Matrix b, Matrix c, Epilogue end) {
        transfer.write(c.data().array(), 0, Floats.of(c.data().array()));
        offload.alone(() -> {
            new OffloadedMatmul(offload, busy).multiply(a, b, c, end);
            return null;
        });
        return read(Floats.of(c.data().array()));
    }

    private float[] read(Floats x) {
        float[] values = new float[x.length()];
        transfer.read(x, values, 0);
        return values;
    }

    /// Bit 0 of the layout puts gaps between rows and matrices, bit 1 transposes.
    private Matrix random(int batch, int rows, int columns, int layout) {
        if ((layout & 2) != 0) {
            return random(batch, columns, rows, layout & 1).transpose();
        }
        int row = columns + 5 * (layout & 1), one = rows * row + 7 * (layout & 1);
        float[] array = new float[batch * one + 11];
        for (int i = 0; i < array.length; i++) {
            array[i] = random.nextFloat() - 0.5f;
        }
        return new Matrix(new Floats(array, 11, batch * one), batch, rows, columns, one, row, 1);
    }
}
