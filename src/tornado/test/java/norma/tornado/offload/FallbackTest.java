package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import norma.kernel.contract.UpdateKernel.Sgd;
import norma.tornado.JvmDevice;
import org.junit.jupiter.api.Test;

/// What the device has no kernel for is computed on the host, on what lies on the device, and counted.
class FallbackTest {
    private static final Sgd STEP = new Sgd(0.1f, 0.9f, false, 0, 1);

    private final Offload offload = new Offload(new JvmDevice(1 << 12));

    private final Kernels kernels = OffloadedKernels.of(offload,
            List.of(new OffloadedTransfer(offload), new OffloadedElementwise(offload)));

    private float[] read(Floats x) {
        float[] values = new float[x.length()];
        kernels.transfer().read(x, values, 0);
        return values;
    }

    @Test
    void theResultIsThatOfTheReferenceAndGoesBackToTheDevice() {
        Floats w = Floats.of(1, 2, 3), gradient = Floats.of(4, 5, 6), velocity = Floats.zeros(3);
        kernels.elementwise().affine(gradient, 2, 0, gradient); // on the device: the host's array is out of date
        kernels.update().sgd(STEP, w, gradient, velocity);
        kernels.elementwise().affine(w, 10, 0, w);

        Floats expected = Floats.of(1, 2, 3);
        Kernels.REFERENCE.update().sgd(STEP, expected, Floats.of(8, 10, 12), Floats.zeros(3));
        Kernels.REFERENCE.elementwise().affine(expected, 10, 0, expected);
        assertArrayEquals(expected.array(), read(w));
        assertArrayEquals(new float[] {8, 10, 12}, read(velocity));
    }

    @Test
    void itIsCounted() {
        Floats w = Floats.zeros(3), gradient = Floats.zeros(3), velocity = Floats.zeros(3);
        kernels.update().sgd(STEP, w, gradient, velocity);
        kernels.update().sgd(STEP, w, gradient, velocity);
        assertEquals(Map.of("update.sgd", 2), offload.fallbacks());
    }
}
