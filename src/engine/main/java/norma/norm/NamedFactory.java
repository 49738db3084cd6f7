package norma.norm;

import java.util.Optional;
import java.util.function.Supplier;
import norma.nn.Init;

/// A factory with a text; two are equal if their texts are.
final class NamedFactory implements NormFactory {
    private final String text;
    private final Supplier<NormFactory> fresh;
    private final NormFactory factory;

    NamedFactory(String text, Supplier<NormFactory> fresh) {
        this.text = text;
        this.fresh = fresh;
        this.factory = fresh.get();
    }

    @Override
    public Norm create(Init init, int dim) {
        return factory.create(init, dim);
    }

    @Override
    public NormFactory plain() {
        return factory.plain();
    }

    @Override
    public NormFactory ofOneModel() {
        return fresh.get();
    }

    @Override
    public Optional<String> text() {
        return Optional.of(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedFactory named && text.equals(named.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
