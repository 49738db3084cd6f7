package norma.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// The classes of tokenizers in https://github.com/huggingface/transformers (version 5). Most make their steps themselves: they take the
/// vocabulary from `tokenizer.json`, and the rest from `tokenizer_config.json`, with defaults of their own.
enum TokenizerClass {
    /// No file says which: as in [#FILE], and the network is told what the file says of types.
    UNKNOWN(true, ""),

    /// Its steps are those of the file.
    FILE(false, "", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"),

    /// Lower case and accents are those of `tokenizer_config.json`.
    BERT(true, "WordPiece", "BertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "SqueezeBertTokenizer",
            "ConvBertTokenizer", "LayoutLMTokenizer", "LxmertTokenizer", "DPRContextEncoderTokenizer",
            "DPRQuestionEncoderTokenizer"),

    /// The same for a network that knows no types of text.
    DISTILBERT(false, "WordPiece", "DistilBertTokenizer"),

    /// Bytes.
    ROBERTA(false, "BPE", "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer"),

    /// The same with nothing around a text, unless `tokenizer_config.json` asks for it.
    GPT2(false, "BPE", "GPT2Tokenizer"),

    /// SentencePiece's words.
    XLM_ROBERTA(false, "Unigram", "XLMRobertaTokenizer"),

    /// The same with tokens of its own.
    CAMEMBERT(false, "Unigram", "CamembertTokenizer"),

    /// BERT's words, and RoBERTa's tokens around a text.
    MPNET(false, "WordPiece", "MPNetTokenizer"),

    /// SentencePiece's words without accents, and, unless `tokenizer_config.json` says otherwise, in lower case.
    ALBERT(false, "Unigram", "AlbertTokenizer"),

    /// Bytes of words that a pattern of its own finds.
    QWEN2(false, "BPE", "Qwen2Tokenizer"),

    /// Characters, and bytes of those that the vocabulary lacks.
    GEMMA(false, "BPE", "GemmaTokenizer");

    private static final String QWEN2_WORDS =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final int ALBERT_UNKNOWN = 1;

    private static final int XLM_ROBERTA_UNKNOWN = 3;

    private final boolean types;
    private final String model;
    private final List<String> names;

    TokenizerClass(boolean types, String model, String... names) {
        this.types = types;
        this.model = model;
        this.names = List.of(names);
    }

    /// The one that is called so, with or without `Fast` behind it.
    static Optional<TokenizerClass> of(String name) {
        String plain = name.endsWith("Fast") ? name.substring(0, name.length() - "Fast".length()) : name;
        for (TokenizerClass each : values()) {
            if (each.names.contains(plain)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /// The one of a network whose files do not say it.
    ///
    /// @param network the `model_type` of config.json
    static Optional<TokenizerClass> ofNetwork(String network) {
        return switch (network) {
            case "bert", "distilbert", "electra", "nomic_bert" -> Optional.of(BERT);
            case "roberta" -> Optional.of(ROBERTA);
            case "gpt2" -> Optional.of(GPT2);
            case "xlm-roberta" -> Optional.of(XLM_ROBERTA);
            case "camembert" -> Optional.of(CAMEMBERT);
            case "mpnet" -> Optional.of(MPNET);
            case "albert" -> Optional.of(ALBERT);
            case "modernbert" -> Optional.of(FILE);
            case "qwen3" -> Optional.of(QWEN2);
            case "gemma3_text" -> Optional.of(GEMMA);
            default -> Optional.empty();
        };
    }

    /// Whether the network is told which of two texts a token is of, if no file says it.
    boolean types() {
        return types;
    }

    /// Whether it takes nothing but the vocabulary from `tokenizer.json`.
    boolean makesSteps() {
        return !model.isEmpty();
    }

    /// The type of the vocabulary's model.
    String model() {
        return model;
    }

    /// Its special tokens by their parts, where no file says others.
    Map<String, AddedToken> parts() {
        Map<String, AddedToken> parts = new LinkedHashMap<>();
        switch (this) {
            case UNKNOWN, FILE -> {
                // those of the file
            }
            case BERT, DISTILBERT -> {
                put(parts, "unk_token", "[UNK]");
                put(parts, "sep_token", "[SEP]");
                put(parts, "pad_token", "[PAD]");
                put(parts, "cls_token", "[CLS]");
                put(parts, "mask_token", "[MASK]");
            }
            case GPT2 -> {
                put(parts, "bos_token", "<|endoftext|>");
                put(parts, "eos_token", "<|endoftext|>");
                put(parts, "unk_token", "<|endoftext|>");
            }
            case ALBERT -> {
                put(parts, "bos_token", "[CLS]");
                put(parts, "eos_token", "[SEP]");
                put(parts, "unk_token", "<unk>");
                put(parts, "sep_token", "[SEP]");
                put(parts, "pad_token", "<pad>");
                put(parts, "cls_token", "[CLS]");
                put(parts, "mask_token", "[MASK]");
            }
            case QWEN2 -> {
                put(parts, "eos_token", "<|endoftext|>");
                put(parts, "unk_token", "<|endoftext|>");
                put(parts, "pad_token", "<|endoftext|>");
            }
            case GEMMA -> {
                put(parts, "bos_token", "<bos>");
                put(parts, "eos_token", "<eos>");
                put(parts, "unk_token", "<unk>");
                put(parts, "pad_token", "<pad>");
                put(parts, "mask_token", "<mask>");
            }
            case ROBERTA, XLM_ROBERTA, CAMEMBERT, MPNET -> {
                put(parts, "bos_token", "<s>");
                put(parts, "eos_token", "</s>");
                put(parts, "unk_token", this == MPNET ? "[UNK]" : "<unk>");
                put(parts, "sep_token", "</s>");
                put(parts, "pad_token", "<pad>");
                put(parts, "cls_token", "<s>");
                put(parts, "mask_token", "<mask>");
            }
        }
        return parts;
    }

    private void put(Map<String, AddedToken> parts, String part, String content) {
        boolean stripLeft = (this == CAMEMBERT || this == MPNET) && part.equals("mask_token");
        parts.put(part, new AddedToken(content, AddedToken.NO_ID, false, stripLeft, false, this == MPNET, true));
    }

    /// Its other special tokens, where no file says others.
    List<AddedToken> others() {
        return this != CAMEMBERT ? List.of() : List.of(AddedToken.special("<s>NOTUSED", AddedToken.NO_ID),
                AddedToken.special("</s>NOTUSED", AddedToken.NO_ID),
                AddedToken.special("<unk>NOTUSED", AddedToken.NO_ID));
    }

    /// Puts its steps in the place of the file's.
    ///
    /// @param folder what stands beside the file
    /// @param file `tokenizer.json`
    /// @param subwords its model
    void setSteps(TokenizerFolder folder, JsonFields file, JsonFields subwords, Vocabulary vocabulary)
            throws CorruptFileException {
        JsonFields config = folder.config();
        switch (this) {
            case UNKNOWN, FILE -> {
                // the file's stay
            }
            case BERT, DISTILBERT, MPNET -> {
                boolean lowercase = config.flag("do_lower_case", true);
                file.values().add("normalizer",
                        new BertNormalizer(true, config.flag("tokenize_chinese_chars", true),
                                config.flag("strip_accents", lowercase), lowercase).toJson());
                file.values().add("pre_tokenizer", new BertPreTokenizer().toJson());
                replace(subwords, JsonFields.object("type", model, "continuing_subword_prefix", "##", "unk_token",
                        folder.part("unk_token").content(), "max_input_chars_per_word", VocabularyFile.LONGEST_WORD));
            }
            case ROBERTA, GPT2 -> {
                file.values().add("normalizer", JsonNull.INSTANCE);
                file.values().add("pre_tokenizer",
                        ByteLevelPreTokenizer.step(config.flag("add_prefix_space", false), true, true));
                replace(subwords, JsonFields.object("type", model));
            }
            case XLM_ROBERTA, CAMEMBERT -> {
                file.values().add("normalizer", characterMap(file));
                file.values().add("pre_tokenizer", PreTokenizer.sequence(JsonFields.object("type", "WhitespaceSplit"),
                        MetaspacePreTokenizer.step(config.flag("add_prefix_space", true))));
                int unknown = this == XLM_ROBERTA ? XLM_ROBERTA_UNKNOWN
                        : vocabulary.find(folder.part("unk_token").content()).orElse(0);
                replace(subwords, JsonFields.object("type", model, "unk_id", unknown));
            }
            case ALBERT -> {
                file.values().add("normalizer", albertNormalizer(config, characterMap(file)));
                file.values().add("pre_tokenizer", PreTokenizer.sequence(JsonFields.object("type", "WhitespaceSplit"),
                        MetaspacePreTokenizer.step(config.flag("add_prefix_space", true))));
                replace(subwords, JsonFields.object("type", model, "unk_id", ALBERT_UNKNOWN));
            }
            case QWEN2 -> {
                file.values().add("normalizer", JsonFields.object("type", "NFC"));
                file.values().add("pre_tokenizer", PreTokenizer.sequence(PreTokenizer.split(QWEN2_WORDS),
                        ByteLevelPreTokenizer.step(config.flag("add_prefix_space", false), true, false)));
                replace(subwords, JsonFields.object("type", model));
            }
            case GEMMA -> {
                file.values().add("normalizer", replacement(" ", "\u2581"));
                file.values().add("pre_tokenizer", JsonFields.object("type", "Split", "pattern",
                        JsonFields.object("String", " "), "behavior", "MergedWithPrevious", "invert", false));
                replace(subwords, JsonFields.object("type", model, "unk_token", folder.part("unk_token").content(),
                        "fuse_unk", true, "byte_fallback", true));
            }
        }
    }

    private static JsonObject albertNormalizer(JsonFields config, JsonElement characterMap)
            throws CorruptFileException {
        List<JsonObject> steps = new ArrayList<>(List.of(replacement("``", "\""), replacement("''", "\"")));
        if (!config.flag("keep_accents", false)) {
            steps.add(JsonFields.object("type", "NFKD"));
            steps.add(JsonFields.object("type", "StripAccents"));
        }
        if (config.flag("do_lower_case", true)) {
            steps.add(JsonFields.object("type", "Lowercase"));
        }
        if (characterMap instanceof JsonObject step) {
            steps.add(step);
        }
        return JsonFields.object("type", "Sequence", "normalizers", steps);
    }

    private static JsonObject replacement(String text, String by) {
        return JsonFields.object("type", "Replace", "pattern", JsonFields.object("String", text), "content", by);
    }

    /// The one step of a normalizer that these keep.
    private static JsonElement characterMap(JsonFields file) throws CorruptFileException {
        JsonFields first = file.optionalPart("normalizer");
        List<JsonFields> steps = first.text("type", "").equals("Sequence") ? first.parts("normalizers")
                : List.of(first);
        for (JsonFields step : steps) {
            if (step.text("type", "").equals("Precompiled")) {
                return step.values();
            }
        }
        return JsonNull.INSTANCE;
    }

    private static void replace(JsonFields old, JsonObject settings) {
        List.copyOf(old.values().keySet()).forEach(old.values()::remove);
        settings.entrySet().forEach(each -> old.values().add(each.getKey(), each.getValue()));
    }

    /// The tokens around a text; none if those of the file stay.
    Optional<PostProcessor> around(TokenizerFolder folder, Vocabulary vocabulary) throws CorruptFileException {
        return switch (this) {
            case UNKNOWN, FILE, ALBERT -> Optional.empty();
            case GPT2, QWEN2, GEMMA -> ends(folder, vocabulary);
            case BERT, DISTILBERT -> Optional.of(PostProcessor.bert(vocabulary.id(folder.part("cls_token").content()),
                    vocabulary.id(folder.part("sep_token").content())));
            case ROBERTA -> Optional.of(PostProcessor.roberta(vocabulary.id(folder.part("cls_token").content()),
                    vocabulary.id(folder.part("sep_token").content()), folder.config().flag("trim_offsets", true)));
            case MPNET -> Optional.of(PostProcessor.roberta(vocabulary.id(folder.part("cls_token").content()),
                    vocabulary.id(folder.part("sep_token").content()), true));
            case XLM_ROBERTA, CAMEMBERT ->
                Optional.of(PostProcessor.roberta(vocabulary.id(folder.part("bos_token").content()),
                        vocabulary.id(folder.part("eos_token").content()), false));
        };
    }

    private static Optional<PostProcessor> ends(TokenizerFolder folder, Vocabulary vocabulary)
            throws CorruptFileException {
        JsonFields config = folder.config();
        if (!config.has("add_bos_token") && !config.has("add_eos_token")) {
            return Optional.empty();
        }
        int[] before = config.flag("add_bos_token", false)
                ? new int[] {vocabulary.id(folder.part("bos_token").content())} : new int[0];
        int[] behind = config.flag("add_eos_token", false)
                ? new int[] {vocabulary.id(folder.part("eos_token").content())} : new int[0];
        return Optional.of(PostProcessor.ends(before, behind));
    }
}
