package norma.lab.finetune;

import java.util.EnumMap;
import java.util.Map;
import picocli.CommandLine.Option;

/// The options that name columns.
final class ColumnOptions {
    private final Map<Role, String> named = new EnumMap<>(Role.class);

    @Option(names = "--text", paramLabel = "COLUMN", description = "The column of the text (classify).")
    private void text(String column) {
        named.put(Role.TEXT, column);
    }

    @Option(names = "--label", paramLabel = "COLUMN", description = "That of its label (classify).")
    private void label(String column) {
        named.put(Role.LABEL, column);
    }

    @Option(names = "--first", paramLabel = "COLUMN", description = "That of the first text (score, contrast).")
    private void first(String column) {
        named.put(Role.FIRST, column);
    }

    @Option(names = "--second", paramLabel = "COLUMN", description = "That of the second text (score, contrast).")
    private void second(String column) {
        named.put(Role.SECOND, column);
    }

    @Option(names = "--anchor", paramLabel = "COLUMN", description = "That of a text that has a partner (contrast).")
    private void anchor(String column) {
        named.put(Role.ANCHOR, column);
    }

    @Option(names = "--positive", paramLabel = "COLUMN", description = "That of the partner (contrast).")
    private void positive(String column) {
        named.put(Role.POSITIVE, column);
    }

    @Option(names = "--negative", paramLabel = "COLUMN",
            description = "That of a text that is no partner (contrast; may be absent).")
    private void negative(String column) {
        named.put(Role.NEGATIVE, column);
    }

    @Option(names = "--query", paramLabel = "COLUMN", description = "That of the query (rerank, contrast).")
    private void query(String column) {
        named.put(Role.QUERY, column);
    }

    @Option(names = "--passage", paramLabel = "COLUMN", description = "That of the passage (rerank, contrast).")
    private void passage(String column) {
        named.put(Role.PASSAGE, column);
    }

    @Option(names = "--score", paramLabel = "COLUMN", description = "That of the number (score, rerank).")
    private void score(String column) {
        named.put(Role.SCORE, column);
    }

    /// What was said.
    Map<Role, String> named() {
        return named;
    }
}
