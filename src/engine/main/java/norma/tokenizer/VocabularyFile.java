package norma.tokenizer;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// BERT's `vocab.txt`: a token a line, its id the number of the line, from 0 on; of equal lines the last one counts. What else there is to
/// know about the tokenizer stands beside it, or is as in the first BERT.
final class VocabularyFile {
    static final int LONGEST_WORD = 100;
    static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private VocabularyFile() {
    }

    static Tokenizer read(Path file, TokenizerFolder folder) throws IOException {
        if (!folder.tokenizerClass().model().equals("WordPiece")) {
            throw new CorruptFileException(file, "must come with a tokenizer_class such as BertTokenizer in "
                    + folder.config().file().getFileName() + "; it is " + folder.tokenizerClass());
        }
        JsonFields model = new JsonFields(file, "$.model",
                JsonFields.object("type", folder.tokenizerClass().model()));
        return TokenizerFile.of(vocabulary(file), List.of(), new JsonFields(file, "$", new JsonObject()), model,
                folder);
    }

    /// White characters at the end of a line are no part of its token.
    private static Vocabulary vocabulary(Path file) throws IOException {
        Vocabulary vocabulary = new Vocabulary(file);
        try (InputStream in = Files.newInputStream(file)) {
            String lines = JsonFields.wholeText(file, in);
            int id = 0;
            for (int start = 0, end; start < lines.length(); start = end + 1) {
                end = lines.indexOf('\n', start);
                end = end < 0 ? lines.length() : end;
                int last = end;
                while (last > start && Characters.isSpace(lines.charAt(last - 1))) {
                    last--;
                }
                vocabulary.addLast(lines.substring(start, last), id++);
            }
        }
        return vocabulary;
    }
}
