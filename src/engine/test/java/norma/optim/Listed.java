package norma.optim;

import java.util.Map;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;

/// Parameters by name, as a model of them.
record Listed(Map<String, Param> params) implements Parameterized {
    static Listed of(Map<String, Param> params) {
        return new Listed(params);
    }

    @Override
    public void register(ParameterTree tree) {
        params.forEach(tree::add);
    }
}
