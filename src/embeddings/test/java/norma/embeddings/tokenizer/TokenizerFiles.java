package norma.embeddings.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Files of `tokenizer.json` to test with: all-MiniLM-L6-v2's, GPT-2's, and both changed in what other models change.
enum TokenizerFiles {
    MINILM,
    BGE,
    E5,
    CASED {
        @Override
        void change(JsonObject json) {
            json.getAsJsonObject("normalizer").addProperty("lowercase", false);
            json.add("post_processor", JsonParser.parseString(
                    "{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 102], \"cls\": [\"[CLS]\", 101]}"));
        }
    },
    ACCENTS_KEPT {
        @Override
        void change(JsonObject json) {
            json.getAsJsonObject("normalizer").addProperty("strip_accents", false);
            json.add("post_processor", null);
        }
    },
    ACCENTS_STRIPPED_ONLY {
        @Override
        void change(JsonObject json) {
            json.getAsJsonObject("normalizer").addProperty("strip_accents", true);
            json.getAsJsonObject("normalizer").addProperty("lowercase", false);
            json.getAsJsonObject("normalizer").addProperty("handle_chinese_chars", false);
        }
    },
    UNCLEAN {
        @Override
        void change(JsonObject json) {
            json.getAsJsonObject("normalizer").addProperty("clean_text", false);
            json.getAsJsonObject("model").addProperty("max_input_chars_per_word", 6);
            add(json, "TOKENIZERS", 30522, "normalized");
            add(json, "CAFÉ", 30523, "normalized", "single_word", "lstrip", "rstrip");
            add(json, "t's", 30524, "single_word");
            add(json, "[mask]", 30525, "lstrip", "rstrip");
            add(json, "qzx", 30526, "single_word");
        }
    },
    GPT2 {
        @Override
        void change(JsonObject json) {
            json.add("pre_tokenizer", byteLevel(false));
            json.add("post_processor", byteLevel(false));
            json.getAsJsonObject("post_processor").addProperty("trim_offsets", false);
        }
    },
    ROBERTA {
        @Override
        void change(JsonObject json) {
            json.add("pre_tokenizer", byteLevel(true));
            add(json, "<s>", 50257, "special", "normalized");
            add(json, "</s>", 50258, "special", "normalized");
            add(json, "<mask>", 50259, "special", "lstrip");
            json.add("post_processor",
                    JsonParser.parseString("{\"type\": \"RobertaProcessing\", \"sep\": [\"</s>\", 50258], "
                            + "\"cls\": [\"<s>\", 50257], \"trim_offsets\": false, \"add_prefix_space\": true}"));
        }
    },
    /// Learned from a few pages, with a table of a few lines; else as XLM-RoBERTa's.
    UNIGRAM {
        @Override
        void change(JsonObject json) {
            add(json, "qzx", json.getAsJsonObject("model").getAsJsonArray("vocab").size(), "single_word");
        }
    },
    /// The steps that transformers writes for XLM-RoBERTa, with a space before the first word only.
    UNIGRAM_STEPS {
        @Override
        void change(JsonObject json) {
            JsonObject steps = JsonParser.parseString("{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Nmt\"}, "
                    + "{\"type\": \"Strip\", \"strip_left\": false, \"strip_right\": true}, "
                    + "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \" {2,}\"}, \"content\": \"\u2581\"}]}")
                    .getAsJsonObject();
            json.add("normalizer", steps);
            json.add("pre_tokenizer", JsonParser.parseString("{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", "
                    + "\"prepend_scheme\": \"first\", \"split\": true}"));
        }
    },
    /// Words by their kinds of characters, and digits one by one.
    WORDS {
        @Override
        void change(JsonObject json) {
            json.add("normalizer",
                    JsonParser.parseString(
                            "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Lowercase\"}, {\"type\": \"StripAccents\"}]}"));
            json.add("pre_tokenizer", JsonParser.parseString("{\"type\": \"Sequence\", \"pretokenizers\": ["
                    + "{\"type\": \"Whitespace\"}, {\"type\": \"Digits\", \"individual_digits\": true}, "
                    + "{\"type\": \"Punctuation\", \"behavior\": \"MergedWithPrevious\"}]}"));
        }
    },
    UNIGRAM_SPACES {
        @Override
        void change(JsonObject json) {
            json.add("pre_tokenizer", json.getAsJsonObject("pre_tokenizer").getAsJsonArray("pretokenizers").get(1));
            json.add("normalizer", null);
        }
    };

    void change(JsonObject json) {
        // as it is
    }

    JsonObject json() {
        JsonObject json = switch (this) {
            case GPT2, ROBERTA -> gpt2();
            case UNIGRAM, UNIGRAM_SPACES, UNIGRAM_STEPS -> read("norma/embeddings/tokenizer/unigram.json");
            case BGE -> read("bge-small-en-v1.5-tokenizer.json");
            case E5 -> read("e5-small-v2-tokenizer.json");
            default -> read("all-minilm-l6-v2-tokenizer.json");
        };
        change(json);
        return json;
    }

    Path write(Path folder) throws IOException {
        return Files.writeString(folder.resolve("tokenizer.json"), json().toString());
    }

    private static JsonObject read(String resource) {
        try (var in = reader(resource)) {
            return JsonParser.parseReader(in).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedReader reader(String resource) {
        return new BufferedReader(new InputStreamReader(stream(resource),
                StandardCharsets.UTF_8));
    }

    private static InputStream stream(String resource) {
        InputStream own = TokenizerFiles.class.getResourceAsStream("/" + resource);
        return own == null ? ClassLoader.getSystemResourceAsStream(resource) : own;
    }

    private static JsonObject byteLevel(boolean prefix) {
        JsonObject step = new JsonObject();
        step.addProperty("type", "ByteLevel");
        step.addProperty("add_prefix_space", prefix);
        step.addProperty("trim_offsets", true);
        return step;
    }

    private static void add(JsonObject json, String content, int id, String... flags) {
        JsonObject token = new JsonObject();
        token.addProperty("id", id);
        token.addProperty("content", content);
        for (String flag : List.of("special", "single_word", "lstrip", "rstrip", "normalized")) {
            token.addProperty(flag, List.of(flags).contains(flag));
        }
        json.getAsJsonArray("added_tokens").add(token);
    }

    /// GPT-2's vocabulary, from a file that has its tokens in order of their ids. The merge that made a token is the last that one
    /// needs to make it of its bytes.
    private static JsonObject gpt2() {
        Map<String, Integer> ranks = new HashMap<>();
        JsonObject vocabulary = new JsonObject();
        JsonArray merges = new JsonArray();
        try (var in = reader("com/knuddels/jtokkit/r50k_base.tiktoken")) {
            for (String line : in.lines().toList()) {
                int space = line.indexOf(' ');
                String token = visible(Base64.getDecoder().decode(line.substring(0, space)));
                int rank = Integer.parseInt(line.substring(space + 1));
                ranks.put(token, rank);
                vocabulary.addProperty(token, rank);
                if (token.length() > 1) {
                    merges.add(String.join(" ", halves(token, ranks)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.add("vocab", vocabulary);
        model.add("merges", merges);
        JsonObject json = new JsonObject();
        json.add("added_tokens", new JsonArray());
        add(json, "<|endoftext|>", 50256, "special", "normalized");
        json.add("model", model);
        return json;
    }

    private static List<String> halves(String token, Map<String, Integer> ranks) {
        List<String> parts = new ArrayList<>(token.chars().mapToObj(Character::toString).toList());
        while (parts.size() > 2) {
            int best = 0;
            for (int i = 1; i + 1 < parts.size(); i++) {
                best = rank(parts, i, ranks) < rank(parts, best, ranks) ? i : best;
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return parts;
    }

    private static int rank(List<String> parts, int i, Map<String, Integer> ranks) {
        return ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
    }

    private static String visible(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            int c = Byte.toUnsignedInt(b);
            text.append((char) (c <= ' ' ? 0x100 + c
                    : c >= 0x7F && c <= 0xA0 ? 0x100 + 33 + c - 0x7F : c == 0xAD ? 0x143 : c));
        }
        return text.toString();
    }
}
