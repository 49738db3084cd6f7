package norma.nn;

import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import norma.kernel.SplitMix;
import norma.tensor.Seed;
import norma.tensor.Shape;
import norma.tensor.Tensor;

/// Initial values of parameters. Numbers depend on the seed and on the parameter's name, not on the order of calls: models
/// that share a parameter by name and shape start it alike.
///
/// Two layers that are made alike would begin with the same numbers, so a name can be drawn once only: [#at] gives each layer
/// names of its own.
///
/// ```java
/// Init init = new Init(42);
/// Linear up = Linear.of(init.at("up"), 256, 1024), down = Linear.of(init.at("down"), 1024, 256);
/// ```
public final class Init implements LayerSource {
    private final long seed;
    private final String path;
    private final Set<Long> drawn;

    private Init(long seed, String path, Set<Long> drawn) {
        this.seed = seed;
        this.path = path;
        this.drawn = drawn;
    }

    /// Values of a seed.
    public Init(long seed) {
        this(seed, "", ConcurrentHashMap.newKeySet());
    }

    /// Values of the thread's next seed, for what is made without one: see [Seed].
    public static Init next() {
        return new Init(Seed.next());
    }

    @Override
    public Init at(String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = SplitMix.at(hash + name.charAt(i), 0);
        }
        return new Init(SplitMix.mix(hash), path.isEmpty() ? name : path + "." + name, drawn);
    }

    /// The seed of everything made here.
    public long seed() {
        return seed;
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
        return Param.weight(Tensor.adopt(Shape.of(dims), values));
    }

    /// A weight (out, in) with elements uniform in +- gain sqrt(6 / (in + out)) (Glorot & Bengio 2010).
    public Param xavier(String name, double gain, int out, int in) {
        SplittableRandom random = random(name);
        double bound = gain * Math.sqrt(6.0 / (in + out));
        float[] values = new float[out * in];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return Param.weight(Tensor.adopt(Shape.of(out, in), values));
    }

    /// A weight of zeros.
    public Param zeros(int... dims) {
        return Param.weight(Tensor.adopt(Shape.of(dims), new float[Shape.of(dims).size()]));
    }

    private SplittableRandom random(String name) {
        Init own = at(name);
        if (!drawn.add(own.seed)) {
            throw new IllegalStateException(
                    "Init: each name must be drawn once; %s was drawn before, and what is drawn again begins with the same numbers; "
                            .formatted(own.path)
                            + "give each layer an Init of its own: init.at(\"first\"), init.at(\"second\")");
        }
        return new SplittableRandom(own.seed);
    }

    /// A gain or bias, all elements equal.
    public static Param constant(float value, int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        Arrays.fill(values, value);
        return Param.noDecay(Tensor.adopt(Shape.of(dims), values));
    }
}
