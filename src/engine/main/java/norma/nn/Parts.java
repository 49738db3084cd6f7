package norma.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The walk over a part and all parts inside it: the state dictionary, with names such as `blocks.0.attention.query.weight`.
///
/// A parameter or part that is reached twice (tied weights) is listed once, under the name that comes first.
public final class Parts {
    private final Map<String, Param> params = new LinkedHashMap<>();
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
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
        if (param != null && seen.add(param.value().data().array())) {
            params.put(prefix + name, param);
        }
        return this;
    }

    /// Lists a part and what is in it; null for one that the layer lacks.
    public Parts add(String name, Part part) {
        if (part != null && seen.add(part)) {
            String outer = prefix;
            parts.put(prefix + name, part);
            prefix = prefix + name + ".";
            part.list(this);
            prefix = outer;
        }
        return this;
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

    /// Number of learned values.
    public long size() {
        return params.values().stream().filter(p -> p.role() != Param.Role.BUFFER).mapToLong(p -> p.value().size()).sum();
    }
}
