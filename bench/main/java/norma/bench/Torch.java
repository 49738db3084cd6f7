package norma.bench;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import norma.bench.workload.Workload;

/// What `bench/peers/torch_ops.py --json` wrote: PyTorch's times on this machine, as installed and at its best.
final class Torch {

    /// A measurement of the file; it has more fields.
    record Entry(String workload, String shape, int threads, String kernels, double medianSeconds, double spread) {

        boolean isOf(Case c) {
            return workload.equals(c.workload().name()) && shape.equals(c.workload().shape())
                    && threads == c.variant().threads();
        }

        Row row(Workload of, Roofline roof) {
            return Row.of(of, threads, kernels, new Timing(medianSeconds, spread), roof, null, null);
        }
    }

    private Torch() {
    }

    /// The measurements of a file.
    static List<Entry> read(Path file) throws IOException {
        try {
            return Arrays.asList(new Gson().fromJson(Files.readString(file), Entry[].class));
        } catch (JsonParseException | NullPointerException e) {
            throw new IllegalArgumentException(
                    "--torch %s: must be what torch_ops.py --json wrote; %s".formatted(file, e.getMessage()), e);
        }
    }
}
