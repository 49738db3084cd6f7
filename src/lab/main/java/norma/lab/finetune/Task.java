package norma.lab.finetune;

import java.util.List;
import java.util.Locale;

/// What is learned, and the columns that it takes.
enum Task {
    /// how well a passage answers a query, read together: a cross encoder
    RERANK(List.of(List.of(Role.QUERY, Role.PASSAGE, Role.SCORE))),
    /// how alike two texts are: the cosine of their vectors
    SCORE(List.of(List.of(Role.FIRST, Role.SECOND, Role.SCORE))),
    /// which texts belong together: similar vectors for them, different ones for others
    CONTRAST(List.of(List.of(Role.ANCHOR, Role.POSITIVE), List.of(Role.QUERY, Role.POSITIVE),
            List.of(Role.QUERY, Role.PASSAGE), List.of(Role.FIRST, Role.SECOND))),
    /// a text's label
    CLASSIFY(List.of(List.of(Role.TEXT, Role.LABEL)));

    private final List<List<Role>> forms;

    Task(List<List<Role>> forms) {
        this.forms = forms;
    }

    /// Which columns together are enough.
    List<List<Role>> forms() {
        return forms;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
