package norma.embeddings.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Texts to break a tokenizer with, the same ones each time: many scripts, emoji, controls, marks in heaps, half surrogate pairs,
/// special tokens in the middle of words, very long words.
public final class HostileTexts {
    private static final int[][] RANGES = {{0x20, 0x7E}, {0x20, 0x7E}, {'a', 'z'}, {0x00, 0x1F}, {0x7F, 0xFF},
            {0x100, 0x24F},
            {0x300, 0x36F}, {0x370, 0x3FF}, {0x400, 0x52F}, {0x591, 0x5F4}, {0x600, 0x6FF}, {0x900, 0x97F},
            {0xE00, 0xE7F},
            {0x0F00, 0x0FFF}, {0x1100, 0x11FF}, {0x1E00, 0x1FFF}, {0x2000, 0x206F}, {0x20A0, 0x214F}, {0x2190, 0x2BFF},
            {0x3000, 0x30FF}, {0x3400, 0x34FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xD800, 0xDFFF}, {0xE000, 0xE0FF},
            {0xF900, 0xFAFF}, {0xFB00, 0xFDFF}, {0xFE00, 0xFE0F}, {0xFF00, 0xFFFF}, {0x10000, 0x107FF},
            {0x11000, 0x11FFF},
            {0x1D100, 0x1D7FF}, {0x1F1E6, 0x1F1FF}, {0x1F300, 0x1FAFF}, {0x20000, 0x2A6FF}, {0x2F800, 0x2FA1F},
            {0xE0000, 0xE01EF}, {0xFFFF0, 0x10FFFF}, {0x0, 0x10FFFF}};
    private static final String[] WORDS = {"the", "embeddings", "Tokenizers", "don't", "we'll", "I'VE", "it's", "naïve",
            "CAFÉ",
            "İstanbul", "Straße", "Ångström", "ﬁne", "Ⅷ", "[CLS]", "[SEP]", "[MASK]", "[mask]", "[UNK]", "##ing", "<s>",
            "</s>",
            "<mask>", "<pad>", "<|endoftext|>", "qzx", "qzxing", "1999", "3.14", "١٢٣", "x²", "http://a.b/c?d=e",
            "a@b.c", "👨‍👩‍👧‍👦",
            "🇩🇪",
            "👍🏽", "今天", "東京タワー", "안녕하세요", "Привет", "ёлка", "مرحبا", "नमस्ते", "สวัสดี", "e\u0301", "\u0344\u0323",
            "\u1100\u1161\u11A8", "\r\n", "\u00A0", "\u3000", "\u200B", "\u2028", "\uFEFF", "\uFFFD", "...", "---",
            "``''", "\t"};
    private static final String[] GAPS = {" ", " ", " ", " ", "", "", "  ", "\n", "\t ", "   ", "\u00A0"};

    private HostileTexts() {
    }

    /// So many lines.
    public static List<String> lines(int count) {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            StringBuilder line = new StringBuilder();
            for (int words = random.nextInt(24); words > 0; words--) {
                addWord(line, random);
                line.append(GAPS[random.nextInt(GAPS.length)]);
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /// Without the two characters that the table of `UNIGRAM` deletes. Where they begin a text, the tokenizers in use move the
    /// places of all that follows to the left.
    static List<String> withoutDeleted(int count) {
        return lines(count).stream().map(line -> line.replaceAll("[\uFEFF\u0007]", "")).toList();
    }

    private static void addWord(StringBuilder line, Random random) {
        int kind = random.nextInt(10);
        if (kind < 4) {
            line.append(WORDS[random.nextInt(WORDS.length)]);
        } else {
            int length = random.nextInt(200) == 0 ? 90 + random.nextInt(300) : 1 + random.nextInt(8);
            int[] range = range(random);
            for (int i = 0; i < length; i++) {
                int[] of = kind == 9 ? range(random) : range;
                line.appendCodePoint(of[0] + random.nextInt(of[1] - of[0] + 1));
            }
        }
    }

    private static int[] range(Random random) {
        return RANGES[random.nextInt(RANGES.length)];
    }
}
