package norma.tokenizer;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// `vocab.json`, tokens and their ids, with `merges.txt` beside it: a merge a line, two tokens with a space between, the first to be joined
/// first. So RoBERTa and GPT-2 came; what else there is to know about the tokenizer stands beside them, or is as there.
final class MergesFile {
    static final String VOCABULARY = "vocab.json";
    private static final String MERGES = "merges.txt";
    private static final String VERSION = "#version";

    private MergesFile() {
    }

    /// @param file `vocab.json`
    static Tokenizer read(Path file, TokenizerFolder folder) throws IOException {
        String type = folder.tokenizerClass().model();
        if (!type.equals("BPE")) {
            throw new CorruptFileException(file, "must come with a tokenizer_class such as RobertaTokenizer in "
                    + folder.config().file().getFileName() + "; it is " + folder.tokenizerClass());
        }
        return TokenizerFile.of(vocabulary(file), merges(file.resolveSibling(MERGES)),
                new JsonFields(file, "$", new JsonObject()),
                new JsonFields(file, "$.model", JsonFields.object("type", type)), folder);
    }

    private static Vocabulary vocabulary(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return JsonFields.read(file, in, json -> {
                Vocabulary vocabulary = new Vocabulary(file);
                vocabulary.addAll(json);
                return vocabulary;
            });
        }
    }

    private static List<String[]> merges(Path file) throws IOException {
        List<String[]> merges = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            BufferedReader lines = JsonFields.text(file, in);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith(VERSION)) {
                    merges.add(line.split(" ", -1));
                }
                if (!merges.isEmpty() && merges.getLast().length != 2) {
                    throw new CorruptFileException(file,
                            "must have two tokens with a space between in each line; one is \"" + line + "\"");
                }
            }
        }
        return merges;
    }
}
