package norma.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import norma.kernel.Floats;

/// The walk over a part and all parts inside it: the state dictionary, with names such as `blocks.0.attention.query.weight`.
///
/// A parameter or part that is reached twice (tied weights) is listed once, under the name that comes first.
public final class ParameterTree {
    private final Map<String, Param> params = new LinkedHashMap<>();
    private final Map<String, Parameterized> parts = new LinkedHashMap<>();
    private final Set<Parameterized> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Parameterized> all = new ArrayList<>();
    private final Set<Floats> places = new HashSet<>();
    private String prefix = "";

    private ParameterTree() {
    }

    /// All parameters and parts of a part.
    public static ParameterTree of(Parameterized root) {
        return new ParameterTree().addAll(root);
    }

    /// Lists a parameter.
    public ParameterTree add(String name, Param param) {
        if (param.role() != Param.Role.BUFFER) {
            param.value().markListed();
        }
        if (places.add(place(param)) && params.put(prefix + name, param) != null) {
            throw twice(name);
        }
        return this;
    }

    /// Lists a parameter if the layer has it.
    public ParameterTree add(String name, Optional<Param> param) {
        return param.isPresent() ? add(name, param.get()) : this;
    }

    /// Lists a weight that is a parameter or a part. A packed one is neither and is left out.
    public ParameterTree add(String name, Weight weight) {
        return switch (weight) {
            case Param param -> add(name, param);
            case Reparametrization part -> add(name, (Parameterized) part);
            case PackedWeight _ -> this;
        };
    }

    /// Lists a part and what is in it.
    public ParameterTree add(String name, Parameterized part) {
        if (!seen.contains(part)) {
            String outer = prefix;
            if (parts.put(prefix + name, part) != null) {
                throw twice(name);
            }
            prefix = prefix + name + ".";
            addAll(part);
            prefix = outer;
        }
        return this;
    }

    /// Lists what is in a part under the names that it has there: an objective has its model's parameters so.
    public ParameterTree addAll(Parameterized part) {
        if (seen.add(part)) {
            all.add(part);
            part.register(this);
        }
        return this;
    }

    /// Where a parameter's floats begin: parameters may be parts of one array, and arrays are equal only to themselves.
    private static Floats place(Param param) {
        return param.value().data().slice(0, 0);
    }

    private IllegalStateException twice(String name) {
        return new IllegalStateException("ParameterTree: names must differ; two are called " + prefix + name);
    }

    /// Lists parts under the numbers of their places in a list: `name.0`, `name.1` ...
    public ParameterTree add(String name, Iterable<? extends Parameterized> list) {
        int i = 0;
        for (Parameterized part : list) {
            add(name + "." + i++, part);
        }
        return this;
    }

    /// The parameters by name, in order.
    public Map<String, Param> params() {
        return Collections.unmodifiableMap(params);
    }

    /// The parts by name, in order, outer before inner.
    public Map<String, Parameterized> parts() {
        return Collections.unmodifiableMap(parts);
    }

    /// Asks the root and each part to bring its parameters back to where its method wants them: what an optimizer's step is
    /// followed by.
    public void afterStep() {
        all.forEach(Parameterized::afterStep);
    }

    /// The same, but those that another tree has are left to it.
    ///
    /// @param asked the parts that have been asked; those of this tree are added
    public void afterStep(Set<Parameterized> asked) {
        all.stream().filter(asked::add).forEach(Parameterized::afterStep);
    }

    /// Number of learned values.
    public long size() {
        return params.values().stream().filter(p -> p.role() != Param.Role.BUFFER).mapToLong(p -> p.value().size())
                .sum();
    }
}
