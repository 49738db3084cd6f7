package norma.embeddings.huggingface;

import java.util.ArrayList;
import java.util.List;

/// What a family's files call the parameters of a [norma.model.Bert].
///
/// @param prefixes what names of the encoder's weights may begin with, for example when there is a head beside it in the file
/// @param renamings from our names to theirs, in this order, since some names are parts of others
public record Names(List<String> prefixes, List<Renaming> renamings) {
    /// The networks of an adaptive norm, which no family has.
    private static final String ADAPTIVE = "adaptive.";

    private static final String NORM = ".norm.";

    /// A part of a name.
    ///
    /// @param ours what it is called here
    /// @param theirs what their files call it
    /// @param part which of `parts` equal parts of their weight it is, one below the other
    /// @param parts 1 for a weight of its own
    record Renaming(String ours, String theirs, int part, int parts) {
    }

    /// Where a parameter stands.
    ///
    /// @param name in their files
    /// @param part which of `parts` equal parts of that weight it is
    /// @param parts 1 for all of it
    public record Place(String name, int part, int parts) {
    }

    /// Names that begin with one of these, or with none of them.
    static Names of(String... prefixes) {
        return new Names(List.of(prefixes), List.of());
    }

    /// What decoders that follow Llama (Touvron et al. 2023, arXiv 2302.13971) have in common; they differ in the norms within a block.
    static Names ofDecoders() {
        return of("model.").with(".tokens.table", ".embed_tokens.weight")
                .with(".blocks.", ".layers.")
                .with(".attention.norm.", ".input_layernorm.")
                .with(".attention.query.", ".self_attn.q_proj.")
                .with(".attention.key.", ".self_attn.k_proj.")
                .with(".attention.value.", ".self_attn.v_proj.")
                .with(".attention.output.", ".self_attn.o_proj.")
                .with(".queryNorm.", ".self_attn.q_norm.")
                .with(".keyNorm.", ".self_attn.k_norm.")
                .with(".mlp.gate.", ".mlp.gate_proj.")
                .with(".mlp.up.", ".mlp.up_proj.")
                .with(".mlp.down.", ".mlp.down_proj.")
                .with(".finalNorm.", ".norm.");
    }

    /// With another name for a part of names.
    Names with(String ours, String theirs) {
        return withPart(ours, theirs, 0, 1);
    }

    /// With a name of several of our weights, which stand in one of theirs.
    Names withPart(String ours, String theirs, int part, int parts) {
        var all = new ArrayList<>(renamings);
        all.add(new Renaming(ours, theirs, part, parts));
        return new Names(prefixes, List.copyOf(all));
    }

    /// Where a parameter stands. An adaptive norm has g0 and b0 where the family has the layer norm's weight and bias.
    ///
    /// @param name ours, with or without the `f` of a residual branch
    public Place place(String name) {
        String path = "." + name.replace(".f.", ".");
        int norm = path.indexOf(NORM) + NORM.length();
        if (path.contains(NORM)) {
            Place place = renamed(path.substring(0, norm));
            return new Place(place.name + parameter(path.substring(norm)), place.part, place.parts);
        }
        return renamed(path.replaceAll("\\.gamma$", ".weight").replaceAll("\\.beta$", ".bias"));
    }

    private Place renamed(String path) {
        var place = new Place(path, 0, 1);
        for (Renaming each : renamings) {
            if (place.name.contains(each.ours)) {
                place = new Place(place.name.replace(each.ours, each.theirs), Math.max(place.part, each.part),
                        Math.max(place.parts, each.parts));
            }
        }
        return new Place(place.name.substring(1), place.part, place.parts);
    }

    private static String parameter(String ofNorm) {
        return switch (ofNorm) {
            case "gamma", "gammaHead.bias" -> "weight";
            case "beta", "betaHead.bias" -> "bias";
            default -> ADAPTIVE + ofNorm;
        };
    }
}
