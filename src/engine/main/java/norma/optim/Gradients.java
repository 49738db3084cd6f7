package norma.optim;

import java.util.Map;
import norma.nn.Param;
import norma.tensor.Backend;

/// What is asked of all gradients together.
public final class Gradients {

    private Gradients() {
    }

    /// The length of all gradients as one vector: sqrt(sum g^2), right to 1e-7 and safe from overflow.
    public static double norm(Map<String, Param> params) {
        double squares = 0;
        for (Param param : params.values()) {
            if (param.value().hasGradient()) {
                squares += Backend.kernels().reduction().sumOfSquares(param.value().gradient().data());
            }
        }
        return Math.sqrt(squares);
    }

    /// The factor that clips gradients of length `norm` to `limit`: min(1, limit / (norm + 1e-6)) (Pascanu et al. 2013,
    /// arXiv 1211.5063). A limit of 0 clips nothing.
    public static double clip(double norm, double limit) {
        return limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6));
    }
}
