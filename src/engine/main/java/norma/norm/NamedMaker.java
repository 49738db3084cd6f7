package norma.norm;

import java.util.Optional;
import java.util.function.Supplier;
import norma.nn.Init;

/// A maker with a text; two are equal if their texts are.
final class NamedMaker implements NormMaker {
    private final String text;
    private final Supplier<NormMaker> fresh;
    private final NormMaker maker;

    NamedMaker(String text, Supplier<NormMaker> fresh) {
        this.text = text;
        this.fresh = fresh;
        this.maker = fresh.get();
    }

    @Override
    public Norm make(Init init, int dim) {
        return maker.make(init, dim);
    }

    @Override
    public NormMaker plain() {
        return maker.plain();
    }

    @Override
    public NormMaker ofOneModel() {
        return fresh.get();
    }

    @Override
    public Optional<String> text() {
        return Optional.of(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedMaker named && text.equals(named.text);
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
