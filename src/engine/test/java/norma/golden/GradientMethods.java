package norma.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import norma.nn.Param;
import norma.optim.Gradients;
import norma.tensor.BufferPool;
import norma.tensor.Tape;
import norma.tensor.Tensor;

/// Methods on gradients: parameters get the case's gradients, and the method changes them.
final class GradientMethods {
    static final Methods METHODS = new Methods()
            .add("clip_grad_norm", GradientMethods::clipNorm)
            .add("adaptive_gradient_clipping", GradientMethods::clipUnits)
            .add("gradient_centralization", GradientMethods::centralize);

    private GradientMethods() {
    }

    private static void clipNorm(GoldenCase c) {
        var params = new LinkedHashMap<String, Param>();
        for (int i = 1; c.has("g" + i); i++) {
            Tensor g = c.input("g" + i);
            params.put("g" + i, param(Tensor.full(g.shape(), 1), g));
        }
        c.ignore("eps"); // 1e-6, as PyTorch has it
        double norm = Gradients.norm(params, c.power("p"));
        float limit = c.number("max_norm", 0);
        double factor = limit == 0 ? 0 : Gradients.clip(norm, limit); // 0 turns clipping off elsewhere
        params.forEach((name, param) -> c.output(name, param.value().gradient().multiply((float) factor)));
        c.output("total_norm", Tensor.scalar((float) norm));
    }

    private static void clipUnits(GoldenCase c) {
        Param w = param(c.input("w").detach(), c.input("g"));
        Gradients.clipUnits(Map.of("w", w), c.number("clip", 0.01), c.number("eps", 1e-3));
        c.output("g", w.value().gradient());
    }

    private static void centralize(GoldenCase c) {
        Param w = param(Tensor.full(c.input("g").shape(), 1), c.input("g"));
        Gradients.centralize(Map.of("w", w));
        c.output("g", w.value().gradient());
    }

    /// A parameter w with gradient g, which is d (w . g) / d w.
    private static Param param(Tensor w, Tensor g) {
        Param param = Param.weight(w);
        try (Tape tape = Tape.training(new BufferPool(), 0)) {
            tape.backward(param.value().multiply(g.detach()).sum());
        }
        return param;
    }
}
