package norma.embeddings.tokenizer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// BERT's `vocab.txt`: a token a line, its id the number of the line, from 0 on. What else there is to know about the tokenizer is
/// in `tokenizer_config.json` beside it, or as in the first BERT.
final class VocabularyFile {
    private static final int LONGEST_WORD = 100;
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private VocabularyFile() {
    }

    static Tokenizer read(Path file) throws IOException {
        Vocabulary vocabulary = vocabulary(file);
        Fields config = config(file.resolveSibling("tokenizer_config.json"));
        boolean lowercase = config.flag("do_lower_case", true);
        BertNormalizer normalizer = new BertNormalizer(true, config.flag("tokenize_chinese_chars", true),
                config.flag("strip_accents", lowercase), lowercase);
        WordPiece pieces = new WordPiece(vocabulary, "##", vocabulary.id("[UNK]"), LONGEST_WORD);
        Template template = Template.bert(vocabulary.id("[CLS]"), vocabulary.id("[SEP]"));
        return new Tokenizer(new Tokenizer.Steps(vocabulary, special(vocabulary), normalizer, new BertWords(), pieces,
                new PostProcessor(template, false)));
    }

    private static Vocabulary vocabulary(Path file) throws IOException {
        Vocabulary vocabulary = new Vocabulary(file);
        int id = 0;
        for (String line : Fields.text(file).split("\r?\n")) {
            if (!line.isEmpty()) {
                vocabulary.add(line, id);
            }
            id++;
        }
        return vocabulary;
    }

    private static Fields config(Path file) throws IOException {
        JsonObject none = new JsonObject();
        return new Fields(file, "$", Files.exists(file)
                ? Fields.read(file, json -> JsonParser.parseReader(json).getAsJsonObject())
                : none);
    }

    private static List<AddedToken> special(Vocabulary vocabulary) throws IOException {
        List<AddedToken> tokens = new ArrayList<>();
        for (String token : SPECIAL) {
            if (vocabulary.find(token).isPresent()) {
                tokens.add(new AddedToken(token, vocabulary.id(token), false, false, false, false));
            }
        }
        return tokens;
    }
}
