package norma.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import norma.nn.Param;
import norma.nn.ParameterTree;
import norma.nn.Parameterized;

/// Some of a model's parameters, chosen by name, which get an optimizer, a rate or a decay of their own:
///
/// ```java
/// Group encoder = new Group(model, name -> name.startsWith("encoder."));
/// Optimizer optimizer = AdamW.of(encoder, 1e-5).and(AdamW.of(encoder.others(), 1e-3));
/// ```
///
/// A parameter that is in no group is frozen: `AdamW.of(encoder.others(), 1e-3)` alone leaves the encoder as it is. In an
/// [Objective][norma.train.Objective] that a trainer gets, `frozen` must say so, too.
///
/// @param model whose parameters they are
/// @param names whether the parameter of a name is one of them
public record Group(Parameterized model, Predicate<String> names) implements Parameterized {

    /// Checks that there are any.
    public Group {
        Map<String, Param> params = ParameterTree.of(model).params();
        if (params.keySet().stream().noneMatch(names)) {
            throw new IllegalArgumentException(
                    "Group: at least one parameter must be chosen; got none of " + params.keySet());
        }
    }

    /// The parameters of the model that are not in this group.
    public Group others() {
        return new Group(model, names.negate());
    }

    /// Lists the parameters, under the names that they have in the model.
    @Override
    public void register(ParameterTree tree) {
        var chosen = new LinkedHashMap<>(ParameterTree.of(model).params());
        chosen.keySet().removeIf(names.negate());
        chosen.forEach(tree::add);
    }
}
