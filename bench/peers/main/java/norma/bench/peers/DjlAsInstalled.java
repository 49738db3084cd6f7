package norma.bench.peers;

/// As Maven and the engine's defaults bring it.
public final class DjlAsInstalled extends Djl {

    @Override
    public String kernels() {
        return "djl as installed";
    }
}
