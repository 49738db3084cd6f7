package norma.embeddings;

import java.util.Optional;
import java.util.function.UnaryOperator;
import norma.kernel.Activation;
import norma.tensor.Tensor;

/// The activations of PyTorch by the names of their classes, each as it is without arguments.
final class TorchActivations {
    private static final String PACKAGE = "torch.nn.";

    static final String NAMES =
            PACKAGE + "modules.activation.Tanh, ReLU, GELU, SiLU, Sigmoid, LeakyReLU, ELU, CELU, SELU, ReLU6, "
                    + "Hardtanh, Hardsigmoid, Hardswish, Softplus, Softsign, Mish, LogSigmoid or Tanhshrink, or "
                    + PACKAGE + "modules.linear.Identity";

    private TorchActivations() {
    }

    /// The function of a class, `torch.nn.modules.activation.Tanh` or `torch.nn.Tanh`, if it is known.
    static Optional<UnaryOperator<Tensor>> of(String name) {
        String module = name.endsWith(".Identity") ? "modules.linear." : "modules.activation.";
        String type = !name.startsWith(PACKAGE) ? ""
                : name.startsWith(module, PACKAGE.length()) ? name.substring(PACKAGE.length() + module.length())
                        : name.substring(PACKAGE.length());
        return Optional.ofNullable(switch (type) {
            case "Identity" -> x -> x;
            case "Tanh" -> Tensor::tanh;
            case "ReLU" -> Tensor::relu;
            case "GELU" -> Tensor::gelu;
            case "SiLU" -> Tensor::silu;
            case "Sigmoid" -> Tensor::sigmoid;
            case "LeakyReLU" -> x -> x.leakyRelu(0.01f);
            case "ELU", "CELU" -> x -> x.maximum(0).add(x.minimum(0).expm1());
            case "SELU" -> x -> x.activate(Activation.SELU);
            case "ReLU6" -> x -> x.clip(0, 6);
            case "Hardtanh" -> x -> x.clip(-1, 1);
            case "Hardsigmoid" -> TorchActivations::hardSigmoid;
            case "Hardswish" -> x -> x.multiply(hardSigmoid(x));
            case "Softplus" -> Tensor::softplus;
            case "Softsign" -> x -> x.divide(x.abs().add(1));
            case "Mish" -> x -> x.multiply(x.softplus().tanh());
            case "LogSigmoid" -> x -> x.negate().softplus().negate();
            case "Tanhshrink" -> x -> x.subtract(x.tanh());
            default -> null;
        });
    }

    private static Tensor hardSigmoid(Tensor x) {
        return x.add(3).clip(0, 6).divide(6);
    }
}
