package norma.embeddings.huggingface;

/// What Hugging Face's files of BERT call the parameters of a [norma.model.Bert].
public final class BertNames {
    /// The networks of an adaptive norm, which BERT doesn't have.
    public static final String ADAPTIVE = "LayerNorm.adaptive.";

    /// Ours and theirs, in this order, since some are parts of others.
    private static final String[][] STORED = {
            {"tokens.table", "embeddings.word_embeddings.weight"},
            {"positions.table", "embeddings.position_embeddings.weight"},
            {"types.table", "embeddings.token_type_embeddings.weight"},
            {"blocks.", "encoder.layer."},
            {".f.", "."},
            {"attention.output.", "attention.output.dense."},
            {"attention.query.", "attention.self.query."},
            {"attention.key.", "attention.self.key."},
            {"attention.value.", "attention.self.value."},
            {"attention.norm.", "attention.output.LayerNorm."},
            {"mlp.up.", "intermediate.dense."},
            {"mlp.down.", "output.dense."},
            {"mlp.norm.", "output.LayerNorm."}};

    private BertNames() {
    }

    /// Their name. An adaptive norm has g0 and b0 where BERT has the layer norm's weight and bias.
    ///
    /// @param name ours, with or without the `f` of a residual branch
    public static String stored(String name) {
        String stored = name.startsWith("norm.") ? "embeddings.LayerNorm" + name.substring("norm".length()) : name;
        stored = renamed(stored, STORED);
        int norm = stored.indexOf("LayerNorm.");
        return norm < 0 ? stored : stored.substring(0, norm) + ofNorm(stored.substring(norm + "LayerNorm.".length()));
    }

    /// A name with the first text of each pair replaced by the second.
    static String renamed(String name, String[][] pairs) {
        String renamed = name;
        for (String[] pair : pairs) {
            renamed = renamed.replace(pair[0], pair[1]);
        }
        return renamed;
    }

    private static String ofNorm(String parameter) {
        return switch (parameter) {
            case "gamma", "gammaHead.bias" -> "LayerNorm.weight";
            case "beta", "betaHead.bias" -> "LayerNorm.bias";
            default -> ADAPTIVE + parameter;
        };
    }
}
