package norma.bench.workload;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import norma.backend.Backend;
import norma.bench.workload.Workload.Operation;
import norma.kernel.Floats;
import norma.kernel.contract.UpdateKernel;
import norma.nn.Param;
import norma.optim.Gradients;
import norma.tensor.BufferPool;
import norma.tensor.Tape;

/// What happens to all parameters after each backward pass.
final class Updates {
    private static final int PARAMETERS = 10_000_000;

    private Updates() {
    }

    static List<Workload> workloads() {
        return List.of(
                // w, m, v read and written, g read
                Workload.of("adamw", "10M", 14.0 * PARAMETERS, 7.0 * 4 * PARAMETERS, Updates::adamW).inQuickRun(),
                // g read; the factor is applied by the optimizer, which reads g anyway
                Workload.of("clip", "10M", 2.0 * PARAMETERS, 4.0 * PARAMETERS, Updates::clip).inQuickRun());
    }

    /// The kernel itself: an optimizer forgets the gradient after its step, and to make one anew costs as much again.
    private static Operation adamW() {
        Floats w = Inputs.random(1, PARAMETERS).data();
        Floats gradient = Inputs.random(2, PARAMETERS).data();
        Floats m = Floats.zeros(PARAMETERS);
        Floats v = Floats.zeros(PARAMETERS);
        var steps = new AtomicLong();
        return () -> {
            var step = new UpdateKernel.AdamW(3e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, 1, steps.incrementAndGet());
            Backend.kernels().update().adamW(step, w, gradient, m, v);
            return w;
        };
    }

    private static Operation clip() {
        Map<String, Param> params = Map.of("w", Param.weight(Inputs.random(1, PARAMETERS)));
        try (Tape tape = Tape.training(new BufferPool(), 1)) {
            tape.backward(params.get("w").value().multiply(Inputs.random(2, PARAMETERS)).sum());
        }
        return () -> Gradients.clip(Gradients.norm(params), 1);
    }
}
