package norma.nn;

import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import norma.kernel.Floats;

/// The walk over a part and all parts inside it: the state dictionary, with names such as `blocks.0.attention.query.weight`.
///
/// A parameter or part that is reached twice (tied weights) is listed once, under the name that comes first.
public final class Parts {
    private final Map<String, Param> params = new LinkedHashMap<>();
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Set<Part> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Floats> places = new HashSet<>();
    private String prefix = "";

    private Parts() {
    }

    /// All parameters and parts of a part.
    public static Parts of(Part root) {
        var all = new Parts();
        root.list(all);
        return all;
    }

    /// Lists a parameter; null for one that the layer lacks.
    public Parts add(String name, Param param) {
        if (param != null && places.add(place(param)) && params.put(prefix + name, param) != null) {
            throw twice(name);
        }
        return this;
    }

    /// Lists a weight, be it a parameter or a part; null for one that the layer lacks. A packed one is neither.
    public Parts add(String name, Weight weight) {
        return switch (weight) {
            case null -> this;
            case Param param -> add(name, param);
            case Reparametrization part -> add(name, (Part) part);
            case PackedWeight _ -> this;
        };
    }

    /// Lists a part and what is in it; null for one that the layer lacks.
    public Parts add(String name, Part part) {
        if (part != null && seen.add(part)) {
            String outer = prefix;
            if (parts.put(prefix + name, part) != null) {
                throw twice(name);
            }
            prefix = prefix + name + ".";
            part.list(this);
            prefix = outer;
        }
        return this;
    }

    /// Where a parameter's floats begin: parameters may be parts of one array, and arrays are equal only to themselves.
    private static Floats place(Param param) {
        return param.value().data().slice(0, 0);
    }

    private IllegalStateException twice(String name) {
        return new IllegalStateException("Parts: names must differ; two are called " + prefix + name);
    }

    /// Lists parts by their place in a list.
    public Parts add(String name, Iterable<? extends Part> list) {
        int i = 0;
        for (Part part : list) {
            add(name + "." + i++, part);
        }
        return this;
    }

    /// The parameters by name, in order.
    public Map<String, Param> params() {
        return Collections.unmodifiableMap(params);
    }

    /// The parts by name, in order, outer before inner.
    public Map<String, Part> parts() {
        return Collections.unmodifiableMap(parts);
    }

    /// Does what the parts do after each step of the optimizer.
    public void afterStep() {
        parts.values().forEach(Part::afterStep);
    }

    /// Number of learned values.
    public long size() {
        return params.values().stream().filter(p -> p.role() != Param.Role.BUFFER).mapToLong(p -> p.value().size())
                .sum();
    }
}
