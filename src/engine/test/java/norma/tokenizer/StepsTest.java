package norma.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import norma.io.CorruptFileException;
import norma.json.JsonFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Normalizers and pre-tokenizers, each for itself. What is right was computed by the tokenizers in use, version 0.23.
class StepsTest {

    private static JsonFields fields(String json) {
        return new JsonFields(Path.of("tokenizer.json"), "$",
                JsonParser.parseString(json.replace('`', '"')).getAsJsonObject());
    }

    private static Normalized normalized(String step, String text) throws CorruptFileException {
        return TextNormalizer.read(fields("{`normalizer`: " + step + "}"))
                .normalize(Normalized.unchanged(text, 0, text.length()));
    }

    private static String words(String step, String text) throws CorruptFileException {
        List<String> words = new ArrayList<>();
        PreTokenizer.read(fields("{`pre_tokenizer`: " + step + "}")).cut(
                Normalized.unchanged(text, 0, text.length()), 0, text.length(),
                (word, from, to) -> words.add(word.subSequence(from, to).toString()));
        return String.join("|", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            ~{`type`: `NFC`}~; ~éx~; ~éx~
            ~{`type`: `NFKD`}~; ~ﬁé~; ~fié~
            ~{`type`: `NFKC`}~; ~①ｶﾞ~; ~1ガ~
            ~{`type`: `Lowercase`}~; ~ÀΣİ~; ~àσi̇~
            ~{`type`: `StripAccents`}~; ~éá~; ~éa~
            ~{`type`: `Nmt`}~; ~a\tb▁c~; ~a b c~
            ~{`type`: `Strip`, `strip_left`: false, `strip_right`: true}~; ~a b  ~; ~a b~
            ~{`type`: `Prepend`, `prepend`: `▁`}~; ~ab~; ~▁ab~
            ~{`type`: `Replace`, `pattern`: {`Regex`: ` {2,}`}, `content`: `▁`}~; ~a   b c~; ~a▁b c~
            ~{`type`: `Replace`, `pattern`: {`Regex`: `x*`}, `content`: `-`}~; ~axxb~; ~-a-b-~
            ~{`type`: `ByteLevel`}~; ~é 1~; ~Ã©Ġ1~
            ~{`type`: `Sequence`, `normalizers`: [{`type`: `NFD`}, {`type`: `Lowercase`}, {`type`: `StripAccents`}]}~; ~ÉtÉ~; ~ete~
            """)
    void normalizers(String step, String text, String expected) throws CorruptFileException {
        assertEquals(expected, normalized(step, text).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            ~{`type`: `Whitespace`}~; ~don't 3.50#!~; ~don|'|t|3|.|50|#!~
            ~{`type`: `WhitespaceSplit`}~; ~a b,  c~; ~a|b,|c~
            ~{`type`: `Punctuation`, `behavior`: `MergedWithPrevious`}~; ~a,b!!c~; ~a,|b!|!|c~
            ~{`type`: `Punctuation`, `behavior`: `Contiguous`}~; ~a,b!!c~; ~a|,|b|!!|c~
            ~{`type`: `Digits`, `individual_digits`: true}~; ~a12~; ~a|1|2~
            ~{`type`: `Digits`, `individual_digits`: false}~; ~a12b~; ~a|12|b~
            ~{`type`: `CharDelimiterSplit`, `delimiter`: `-`}~; ~a-b--c~; ~a|b|c~
            ~{`type`: `FixedLength`, `length`: 2}~; ~abcde~; ~ab|cd|e~
            ~{`type`: `Split`, `pattern`: {`Regex`: `-`}, `behavior`: `Removed`, `invert`: false}~; ~-a--b-~; ~a|b~
            ~{`type`: `Split`, `pattern`: {`Regex`: `-`}, `behavior`: `Isolated`, `invert`: false}~; ~-a--b-~; ~-|a|-|-|b|-~
            ~{`type`: `Split`, `pattern`: {`Regex`: `-`}, `behavior`: `MergedWithPrevious`, `invert`: false}~; ~-a--b-~; ~-|a-|-|b-~
            ~{`type`: `Split`, `pattern`: {`Regex`: `-`}, `behavior`: `MergedWithNext`, `invert`: false}~; ~-a--b-~; ~-a|-|-b|-~
            ~{`type`: `Split`, `pattern`: {`Regex`: `-`}, `behavior`: `Contiguous`, `invert`: false}~; ~-a--b-~; ~-|a|--|b|-~
            ~{`type`: `Split`, `pattern`: {`Regex`: `-`}, `behavior`: `Removed`, `invert`: true}~; ~a--b-~; ~-|-|-~
            ~{`type`: `Split`, `pattern`: {`String`: `.`}, `behavior`: `Isolated`, `invert`: false}~; ~a.b~; ~a|.|b~
            ~{`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `always`, `split`: true}~; ~a b~; ~▁a|▁b~
            ~{`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `always`, `split`: false}~; ~a b~; ~▁a▁b~
            ~{`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `never`, `split`: true}~; ~a b~; ~a|▁b~
            ~{`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `never`, `split`: false}~; ~a b~; ~a▁b~
            ~{`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `first`, `split`: true}~; ~a b~; ~▁a|▁b~
            ~{`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `first`, `split`: false}~; ~a b~; ~▁a▁b~
            ~{`type`: `Sequence`, `pretokenizers`: [{`type`: `WhitespaceSplit`}, {`type`: `Metaspace`, `replacement`: `▁`, `prepend_scheme`: `first`, `split`: true}]}~; ~ab cd~; ~▁ab|cd~
            ~{`type`: `Sequence`, `pretokenizers`: [{`type`: `Digits`, `individual_digits`: true}, {`type`: `ByteLevel`, `add_prefix_space`: false, `trim_offsets`: true, `use_regex`: true}]}~; ~é1 it's~; ~Ã©|1|Ġit|'s~
            ~null~; ~a b~; ~a b~
            """)
    void preTokenizers(String step, String text, String expected) throws CorruptFileException {
        assertEquals(expected, words(step, text));
    }

    @Test
    void placesStayThoseOfTheText() throws CorruptFileException {
        Normalized text = normalized("{`type`: `Replace`, `pattern`: {`Regex`: `a+`}, `content`: `bc`}", "xaay");
        assertEquals("xbcy", text.toString());
        assertEquals(List.of(0, 2, 2, 3), List.of(text.starts[0], text.starts[1], text.starts[2], text.starts[3]));
    }

    /// Java reads these expressions differently from Oniguruma, or not at all.
    @ParameterizedTest
    @ValueSource(strings = {"a{2}?", "a{1,2}+", "\\R", "\\X", "\\K", "\\Ga", "(a)\\1", "(?<n>a)", "a(?i)b|c", "(?i)ss",
            "(?i:\\p{Lu})", "[^a[b]]", "[^\\W]", "[]a]", "[a-\\d]", "\\p{Emoji}", "\\xe9", "(", "[a"})
    void expressionsThatAreReadDifferentlyAreRefused(String expression) {
        var e = assertThrows(IllegalArgumentException.class, () -> Oniguruma.pattern(expression));
        assertTrue(e.getMessage().contains(expression), e.getMessage());
    }

    @Test
    void sequencesMustHaveSteps() {
        for (String step : List.of("{`type`: `Sequence`}", "{`type`: `UnicodeScripts`}", "{}")) {
            var e = assertThrows(CorruptFileException.class, () -> words(step, "a"));
            assertTrue(e.getMessage().contains("$.pre_tokenizer."), e.getMessage());
        }
    }
}
