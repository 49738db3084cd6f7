package norma.embeddings.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// What a model expects around a text, and around a pair: `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]`.
///
/// @param single for one text; has [Part#FIRST] once, never [Part#SECOND]
/// @param pair for two; has each once
record Template(List<Part> single, List<Part> pair) {

    /// One text, or tokens of the tokenizer's.
    ///
    /// @param ids the tokens, or [#FIRST] or [#SECOND]
    /// @param typeId of all of them
    record Part(int[] ids, int typeId) {
        static final int[] FIRST = {};
        static final int[] SECOND = {};
    }

    /// No tokens but those of the texts.
    static final Template BARE = new Template(List.of(new Part(Part.FIRST, 0)),
            List.of(new Part(Part.FIRST, 0), new Part(Part.SECOND, 1)));

    /// BERT: `[CLS] A [SEP] B [SEP]`, where the second text and what follows it have type 1.
    static Template bert(int cls, int sep) {
        List<Part> single = List.of(token(cls, 0), new Part(Part.FIRST, 0), token(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(new Part(Part.SECOND, 1), token(sep, 1)));
        return new Template(single, pair);
    }

    /// RoBERTa: `<s> A </s> </s> B </s>`, all of type 0.
    static Template roberta(int cls, int sep) {
        List<Part> single = List.of(token(cls, 0), new Part(Part.FIRST, 0), token(sep, 0));
        List<Part> pair = new ArrayList<>(single);
        pair.addAll(List.of(token(sep, 0), new Part(Part.SECOND, 0), token(sep, 0)));
        return new Template(single, pair);
    }

    private static Part token(int id, int typeId) {
        return new Part(new int[] {id}, typeId);
    }

    /// How many tokens the template adds.
    static int added(List<Part> parts) {
        int added = 0;
        for (Part part : parts) {
            added += part.ids.length;
        }
        return added;
    }

    /// Puts the texts in their places.
    static Encoding fill(List<Part> parts, Pieces first, Pieces second) {
        int length = added(parts) + first.size() + second.size();
        Encoding encoding = new Encoding(new int[length], new int[length], new int[length], new int[length]);
        int at = 0;
        for (Part part : parts) {
            Pieces pieces = part.ids == Part.FIRST ? first : part.ids == Part.SECOND ? second : null;
            int count = pieces == null ? part.ids.length : pieces.size();
            for (int i = 0; i < count; i++, at++) {
                encoding.ids()[at] = pieces == null ? part.ids[i] : pieces.ids.get(i);
                encoding.typeIds()[at] = part.typeId;
                encoding.starts()[at] = pieces == null ? 0 : pieces.starts.get(i);
                encoding.ends()[at] = pieces == null ? 0 : pieces.ends.get(i);
            }
        }
        return encoding;
    }
}
