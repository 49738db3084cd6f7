package norma.optim;

import norma.nn.ParameterTree;

/// A schedule that is made of another one, which hears and remembers what it did alone.
abstract class Derived implements Schedule {
    private final Schedule source;

    Derived(Schedule source) {
        this.source = source;
    }

    @Override
    public void validated(long step, double loss) {
        source.validated(step, loss);
    }

    @Override
    public boolean needsValidation() {
        return source.needsValidation();
    }

    @Override
    public void register(ParameterTree tree) {
        tree.addAll(source);
    }
}
