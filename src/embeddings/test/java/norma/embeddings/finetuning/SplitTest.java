package norma.embeddings.finetuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import norma.embeddings.finetuning.Example.Judged;
import norma.embeddings.finetuning.Example.Labelled;
import norma.embeddings.finetuning.Example.Pair;
import norma.tokenizer.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Laws of splits.
class SplitTest {

    private static Encoding text(int... ids) {
        return new Encoding(ids, new int[ids.length], new int[ids.length], new int[ids.length]);
    }

    /// Label 0 has 60 of 100 examples, label 1 has 30, label 2 has 10.
    private static List<Labelled> labelled(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Labelled(text(i), i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2))
                .toList();
    }

    private static <E extends Example> void assertApart(List<E> all, Split<E> split) {
        assertEquals(all.size(), split.train().size() + split.held().size());
        var both = new ArrayList<>(split.train());
        both.addAll(split.held());
        assertEquals(new HashSet<>(all), new HashSet<>(both));
        var keys = new HashSet<Object>();
        split.train().forEach(example -> keys.addAll(example.keys()));
        split.held().forEach(example -> assertTrue(Collections.disjoint(keys, example.keys()), example.toString()));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.25, 1 / 3.0, 0.5, 1})
    void eachLabelHasItsShareWithinOne(double share) {
        List<Labelled> all = labelled(97);
        Split<Labelled> split = Split.of(all, share, 7);
        assertApart(all, split);
        for (int label = 0; label < 3; label++) {
            int each = label;
            long whole = all.stream().filter(e -> e.label() == each).count();
            long held = split.held().stream().filter(e -> e.label() == each).count();
            assertTrue(Math.abs(held - share * whole) <= 0.5, held + " of " + whole);
        }
    }

    @Test
    void theSeedDecides() {
        List<Labelled> all = labelled(100);
        assertEquals(Split.of(all, 0.2, 1), Split.of(all, 0.2, 1));
        assertNotEquals(Split.of(all, 0.2, 1), Split.of(all, 0.2, 2));
    }

    @Test
    void theSameTextIsOnOneSide() {
        var random = new SplittableRandom(1);
        List<Labelled> all = IntStream.range(0, 200)
                .mapToObj(i -> new Labelled(text(random.nextInt(60)), random.nextInt(2))).toList();
        for (int seed = 0; seed < 20; seed++) {
            Split<Labelled> split = Split.of(all, 0.3, seed);
            assertApart(all, split);
            assertFalse(split.held().isEmpty());
        }
    }

    /// Pairs (0, 1), (1, 2), (2, 3) hang together through texts that two of them have.
    @Test
    void pairsThatShareATextStayTogether() {
        var all = new ArrayList<Pair>();
        for (int chain = 0; chain < 30; chain++) {
            for (int i = 0; i < 3; i++) {
                all.add(new Pair(text(chain, i), text(chain, i + 1), List.of(text(99))));
            }
        }
        Split<Pair> split = Split.of(all, 0.2, 3);
        assertApart(all, split);
        assertEquals(18, split.held().size());
    }

    @Test
    void aQueryIsOnOneSide() {
        List<Judged> all =
                IntStream.range(0, 100).mapToObj(i -> new Judged("query " + i / 5, text(i % 7), i % 2)).toList();
        Split<Judged> split = Split.of(all, 0.25, 3);
        assertApart(all, split);
        assertEquals(25, split.held().size());
    }

    @Test
    void sharesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> Split.of(labelled(3), 1.5, 1));
        assertThrows(IllegalArgumentException.class, () -> Split.of(labelled(3), Double.NaN, 1));
    }
}
