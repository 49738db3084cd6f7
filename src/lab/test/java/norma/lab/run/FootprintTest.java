package norma.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class FootprintTest {

    @Test
    void allPartsOfAllModelsCount() {
        var one = new Footprint(100, 16, 8, 2, 4, 2, 1);
        double weights = 4 * (12 * 2 * 8 * 8 + (100 + 16) * 8), batch = 4 * (4 * 16) * (8 * 2 * 8 + 100);
        assertEquals(List.of(weights, weights, 2 * weights, batch),
                one.parts().stream().map(part -> part.bytes()).toList());
        assertEquals(4 * weights + batch, one.bytes());
        assertEquals(3 * one.bytes(), new Footprint(100, 16, 8, 2, 4, 2, 3).bytes());
    }

    @Test
    void theLargestPartSaysWhatToChange() {
        assertTrue(complaint(new Footprint(100, 16, 1 << 20, 2, 1, 2, 1)).contains("make --dim or --layers smaller"));
        String batch = complaint(new Footprint(100, 1 << 15, 64, 8, 1 << 15, 2, 5));
        assertTrue(batch.contains("5 times (a model of about ") && batch.contains("make --batch or --context smaller"),
                batch);
    }

    private static String complaint(Footprint footprint) {
        return assertThrows(IllegalArgumentException.class, footprint::check).getMessage();
    }
}
