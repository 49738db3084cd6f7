package norma.lab.finetune;

import java.util.List;
import java.util.Locale;

/// What a column is for, and what it is usually called.
enum Role {
    TEXT("text", "sentence", "review", "content", "body", "comment", "message", "document", "tweet"),
    LABEL("label", "class", "category", "sentiment", "target", "topic", "intent"),
    FIRST("text1", "sentence1", "text_1", "sentence_1", "text_a", "sentence_a", "question1", "first"),
    SECOND("text2", "sentence2", "text_2", "sentence_2", "text_b", "sentence_b", "question2", "second"),
    ANCHOR("anchor"),
    POSITIVE("positive", "pos"),
    NEGATIVE("negative", "neg"),
    QUERY("query", "question"),
    PASSAGE("passage", "answer", "document", "response"),
    SCORE("score", "similarity", "relevance", "similarity_score", "relatedness_score", "label");

    private final List<String> names;

    Role(String... names) {
        this.names = List.of(names);
    }

    /// The usual names, the most usual first.
    List<String> names() {
        return names;
    }

    /// The option that names the column.
    String option() {
        return "--" + name().toLowerCase(Locale.ROOT);
    }

    /// Whether it must hold something to read.
    boolean isText() {
        return this != LABEL && this != SCORE;
    }
}
