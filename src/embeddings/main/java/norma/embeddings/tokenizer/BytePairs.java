package norma.embeddings.tokenizer;

import com.carrotsearch.hppc.IntArrayList;
import com.carrotsearch.hppc.LongIntHashMap;
import java.util.List;
import norma.data.CorruptFileException;

/// Byte-level byte-pair encoding with the vocabulary and merges of a file: a word is its bytes in UTF-8, and of all
/// neighbours that have a merge the ones with the first merge of the list are joined, the leftmost first, until none has one.
///
/// Sennrich, Haddow, Birch, arXiv 1508.07909. `norma.data.BpeTokenizer` is the same idea for vocabularies of our own, where a
/// merge is an id; here ids are the file's, words have any length, and each token knows its place in the text.
///
/// In the file a byte is a character one can see: those of Latin-1 that are printed stand for themselves, the others for the
/// characters from U+0100 on, a space for `Ġ`.
final class BytePairs implements Subwords {
    private static final int BYTES = 256;
    private static final char FIRST_STAND_IN = 0x100;

    private final int[] bytes = new int[BYTES];
    private final LongIntHashMap ranks;
    private final int[] joined;

    /// @param vocabulary has all bytes, and what the merges join and make
    /// @param merges pairs of tokens, the first to be joined first
    BytePairs(Vocabulary vocabulary, List<String[]> merges) throws CorruptFileException {
        char standIn = FIRST_STAND_IN;
        for (int b = 0; b < BYTES; b++) {
            bytes[b] = vocabulary.id(String.valueOf(isPrinted(b) ? (char) b : standIn++));
        }
        ranks = new LongIntHashMap(merges.size());
        joined = new int[merges.size()];
        for (int rank = 0; rank < joined.length; rank++) {
            String[] merge = merges.get(rank);
            ranks.put(pair(vocabulary.id(merge[0]), vocabulary.id(merge[1])), rank);
            joined[rank] = vocabulary.id(merge[0] + merge[1]);
        }
    }

    private static boolean isPrinted(int b) {
        return b >= '!' && b <= '~' || b >= 0xA1 && b != 0xAD;
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    @Override
    public void tokenize(Normalized text, int from, int to, Pieces out) {
        new Word(text, from, to).tokens(out);
    }

    /// A word on its way from bytes to tokens. Symbols that were joined stay in their places: the left one becomes both, the
    /// right one is skipped.
    private final class Word {
        private static final int GONE = -1;

        private final IntArrayList ids;
        private final IntArrayList starts;
        private final IntArrayList ends;
        private final int[] next;
        private final int[] previous;
        private final Candidates candidates;

        Word(Normalized text, int from, int to) {
            int capacity = 3 * (to - from);
            ids = new IntArrayList(capacity);
            starts = new IntArrayList(capacity);
            ends = new IntArrayList(capacity);
            for (int i = from; i < to; i += Character.charCount(text.codePointAt(i))) {
                addBytes(text.codePointAt(i), text.starts[i], text.ends[i]);
            }
            next = new int[ids.size()];
            previous = new int[ids.size()];
            candidates = new Candidates(ids.size());
            for (int i = 0; i < next.length; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
                offer(i - 1);
            }
        }

        private void addBytes(int c, int start, int end) {
            if (c < 0x80) {
                addByte(c, start, end);
            } else if (c < 0x800) {
                addByte(0xC0 | c >> 6, start, end);
            } else if (c < 0x10000) {
                addByte(0xE0 | c >> 12, start, end);
                addByte(0x80 | c >> 6 & 0x3F, start, end);
            } else {
                addByte(0xF0 | c >> 18, start, end);
                addByte(0x80 | c >> 12 & 0x3F, start, end);
                addByte(0x80 | c >> 6 & 0x3F, start, end);
            }
            if (c >= 0x80) {
                addByte(0x80 | c & 0x3F, start, end);
            }
        }

        private void addByte(int b, int start, int end) {
            ids.add(bytes[b]);
            starts.add(start);
            ends.add(end);
        }

        void tokens(Pieces out) {
            while (!candidates.isEmpty()) {
                long first = candidates.take();
                int at = Candidates.place(first);
                if (rank(at) == Candidates.rank(first)) { // else one of the two was joined with another meanwhile
                    join(at, joined[rank(at)]);
                }
            }
            for (int i = 0; i < next.length; i = next[i]) {
                out.add(ids.get(i), starts.get(i), ends.get(i));
            }
        }

        private void join(int left, int id) {
            int right = next[left];
            ids.set(left, id);
            ends.set(left, ends.get(right));
            ids.set(right, GONE);
            next[left] = next[right];
            if (next[left] < next.length) {
                previous[next[left]] = left;
            }
            offer(previous[left]);
            offer(left);
        }

        /// The rank of the merge of the symbol at `left` and the next; `Trie.NONE` if they have none.
        private int rank(int left) {
            boolean pair = left >= 0 && ids.get(left) != GONE && next[left] < next.length;
            return pair ? ranks.getOrDefault(pair(ids.get(left), ids.get(next[left])), Trie.NONE) : Trie.NONE;
        }

        private void offer(int left) {
            int rank = rank(left);
            if (rank != Trie.NONE) {
                candidates.add(rank, left);
            }
        }
    }
}
