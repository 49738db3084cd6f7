package norma.norm;

import java.util.Optional;
import java.util.function.Supplier;
import norma.nn.Init;

/// A factory with a text; two are equal if their texts are.
///
/// @param fresh gives the factory of another model
record NamedFactory(String name, Supplier<NormFactory> fresh, NormFactory factory) implements NormFactory {

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
        return Optional.of(name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedFactory named && name.equals(named.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
