package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import norma.kernel.Floats;
import norma.kernel.contract.AttentionKernel;
import norma.kernel.contract.AttentionKernel.Bias;
import norma.kernel.contract.AttentionKernel.Sizes;
import norma.tornado.JvmDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Blocks of queries are an affair of memory alone.
class OffloadedAttentionTest {
    private static final int QUERIES = 23, KEYS = 37, HEADS = 4, GROUPS = 2, SIZE = 5, BATCH = 2;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blocksDoNotChangeTheResult(boolean causal) {
        float[][] whole = run(causal, 1 << 24);
        for (int queries : new int[] {1, 4, 7, 22}) {
            float[][] parts = run(causal, queries * BATCH * HEADS * KEYS);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(whole[i], parts[i], "y, normalizers and dq: the same bits");
            }
            for (int i = 3; i < whole.length; i++) {
                assertArrayEquals(whole[i], parts[i], 2e-6f, "dk and dv are added up in another order");
            }
        }
    }

    @Test
    void scoresTakeNoMoreThanTheirRoom() {
        Offload one = new Offload(new JvmDevice(1 << 20)), all = new Offload(new JvmDevice(1 << 20));
        int scoresOfQuery = BATCH * HEADS * KEYS;
        run(one, true, scoresOfQuery);
        run(all, true, QUERIES * scoresOfQuery);
        assertTrue(all.most() - one.most() >= 2 * (QUERIES - 1) * scoresOfQuery, one.most() + ", " + all.most());
    }

    private static float[][] run(boolean causal, int room) {
        return run(new Offload(new JvmDevice(1 << 20)), causal, room);
    }

    private static float[][] run(Offload offload, boolean causal, int room) {
        AttentionKernel attention = new OffloadedAttention(offload, room);
        Sizes sizes = new Sizes(BATCH, QUERIES, KEYS, HEADS, GROUPS, SIZE, 0.4f, causal);
        Random random = new Random(1);
        int q = BATCH * QUERIES * HEADS * SIZE, k = BATCH * KEYS * GROUPS * SIZE;
        Floats[] x = {normal(random, q), normal(random, k), normal(random, k), normal(random, q)};
        Floats mask = normal(random, BATCH * KEYS);
        for (int j = 0; j < mask.length(); j++) {
            mask.array()[j] = j % 5 == 2 ? 0 : 1;
        }
        Bias bias = Bias.ofPairs(normal(random, BATCH * QUERIES * KEYS), QUERIES * KEYS, 0, KEYS);
        Floats[] y = {Floats.of(new float[q]), Floats.of(new float[BATCH * HEADS * 2 * QUERIES]),
                Floats.of(new float[q]), Floats.of(new float[k]), Floats.of(new float[k])};
        offload.alone(() -> {
            attention.forward(sizes, x[0], x[1], x[2], mask, bias, y[0], y[1]);
            return null;
        });
        offload.alone(() -> {
            attention.backward(sizes, x[0], x[1], x[2], mask, bias, y[0], y[1], x[3], y[2], y[3], y[4]);
            return null;
        });
        float[][] results = new float[y.length][];
        for (int i = 0; i < y.length; i++) {
            results[i] = new float[y[i].length()];
            offload.device().read(offload.at(y[i]), results[i], 0, results[i].length);
        }
        return results;
    }

    private static Floats normal(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Floats.of(x);
    }
}
