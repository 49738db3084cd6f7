package norma.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.json.JsonFields;

/// BERT's `vocab.txt`: a token a line, its id the number of the line, from 0 on. What else there is to know about the tokenizer is
/// in `tokenizer_config.json` beside it, or as in the first BERT.
final class VocabularyFile {
    static final int LONGEST_WORD = 100;
    static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private VocabularyFile() {
    }

    static Tokenizer read(Path file) throws IOException {
        Vocabulary vocabulary = vocabulary(file);
        JsonFields config = JsonFields.readIfThere(file.resolveSibling("tokenizer_config.json"));
        boolean lowercase = config.flag("do_lower_case", true);
        BertNormalizer normalizer = new BertNormalizer(true, config.flag("tokenize_chinese_chars", true),
                config.flag("strip_accents", lowercase), lowercase);
        WordPiece pieces = new WordPiece(vocabulary, "##", vocabulary.id("[UNK]"), LONGEST_WORD);
        return new Tokenizer(vocabulary, special(vocabulary), normalizer, new BertPreTokenizer(), pieces,
                PostProcessor.bert(vocabulary.id("[CLS]"), vocabulary.id("[SEP]")));
    }

    private static Vocabulary vocabulary(Path file) throws IOException {
        Vocabulary vocabulary = new Vocabulary(file);
        try (InputStream in = Files.newInputStream(file)) {
            BufferedReader lines = JsonFields.text(file, in);
            int id = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    vocabulary.add(line, id);
                }
                id++;
            }
        }
        return vocabulary;
    }

    private static List<AddedToken> special(Vocabulary vocabulary) throws IOException {
        List<AddedToken> tokens = new ArrayList<>();
        for (String token : SPECIAL) {
            if (vocabulary.find(token).isPresent()) {
                tokens.add(AddedToken.special(token, vocabulary.id(token)));
            }
        }
        return tokens;
    }
}
