package norma.nn;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import norma.kernel.SplitMix;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Initial values of parameters. Numbers depend on the seed and on the parameter's name, not on the order of calls: models
/// that share a parameter by name and shape start it alike.
///
/// @param seed of everything made here
public record Init(long seed) implements LayerSource {

    @Override
    public Init at(String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = SplitMix.at(hash + name.charAt(i), 0);
        }
        return new Init(SplitMix.mix(hash));
    }

    @Override
    public Linear linear(int in, int out, double std) {
        return Linear.of(this, in, out, std);
    }

    @Override
    public Linear linearWithoutBias(int in, int out, double std) {
        return Linear.of(this, in, out, std).withoutBias();
    }

    @Override
    public Embedding embedding(int ids, int dim, double std, float scale) {
        return Embedding.of(this, ids, dim, std, scale);
    }

    @Override
    public <P extends Parameterized> P make(Function<Init, P> fresh) {
        return fresh.apply(this);
    }

    @Override
    public void ifNew(Consumer<Init> change) {
        change.accept(this);
    }

    /// A weight with elements of N(0, std^2).
    public Param normal(String name, double std, int... dims) {
        SplittableRandom random = random(name);
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (std * random.nextGaussian());
        }
        return Param.weight(Tensor.of(Shape.of(dims), values));
    }

    /// A weight (out, in) with elements uniform in +- gain sqrt(6 / (in + out)) (Glorot & Bengio 2010).
    public Param xavier(String name, double gain, int out, int in) {
        SplittableRandom random = random(name);
        double bound = gain * Math.sqrt(6.0 / (in + out));
        float[] values = new float[out * in];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return Param.weight(Tensor.of(Shape.of(out, in), values));
    }

    /// A weight of zeros.
    public Param zeros(int... dims) {
        return Param.weight(Tensor.of(Shape.of(dims), new float[Shape.of(dims).size()]));
    }

    private SplittableRandom random(String name) {
        return new SplittableRandom(at(name).seed);
    }

    /// A gain or bias, all elements equal.
    public static Param constant(float value, int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        Arrays.fill(values, value);
        return Param.noDecay(Tensor.of(Shape.of(dims), values));
    }
}
