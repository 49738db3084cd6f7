package norma.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import norma.data.Corpus;
import org.junit.jupiter.api.Test;

class WordNetTest {
    private static final Corpus CORPUS = WordNet.corpus();

    @Test
    void hasAllDefinitionsOnce() {
        assertEquals(116_919, CORPUS.documents().size());
        assertEquals("\n", CORPUS.separator());
    }

    @Test
    void startsWithNounsInWordNetsOrder() {
        assertEquals("entity: that which is perceived or known or inferred to have its own distinct existence "
                + "(living or nonliving)", CORPUS.documents().getFirst());
        assertEquals("physical entity: an entity that has physical existence", CORPUS.documents().get(1));
    }

    @Test
    void examplesAndSpacesAreKeptAndMarksAreNot() {
        assertTrue(CORPUS.documents().containsAll(List.of(
                "install: set up for use; \"install the washer and dryer\"; \"We put in a new sink\"",
                "oversea: beyond or across the sea; \"He lived overseas for many years\"",
                "sea snake: any of numerous venomous aquatic viviparous snakes having a fin-like tail; "
                        + "of warm littoral seas; feed on fish which they immobilize with quick-acting venom")));
        for (String document : CORPUS.documents()) {
            assertTrue(document.matches("[^_():]+?(:[^ ]+)?: [^ ].*[^ ]"), document);
        }
    }
}
