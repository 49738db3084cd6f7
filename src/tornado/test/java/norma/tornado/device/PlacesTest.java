package norma.tornado.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import norma.tornado.JvmDevice;
import norma.tornado.device.Places.Place;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private final Device device = new JvmDevice(320);
    private final Places places = new Places(device);

    @Test
    void anArrayIsCopiedOnceAndKeepsItsPlace() {
        float[] x = {1, 2, 3};
        int at = places.of(x);
        x[0] = 9;
        assertEquals(at, places.of(x));
        float[] copied = new float[3];
        device.read(at, copied, 0, 3);
        assertArrayEquals(new float[] {1, 2, 3}, copied);
        assertNotEquals(at, places.of(new float[] {1, 2, 3}), "an array of the same numbers is another one");
    }

    @Test
    void anEmptyArrayHasAPlaceOfItsOwn() {
        float[] empty = {}, other = {};
        assertNotEquals(places.of(empty), places.of(other));
    }

    @Test
    void neighboursThatAreFreeBecomeOne() {
        List<Place> parts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            parts.add(places.allocate(30));
        }
        assertEquals(320, places.used());
        for (int i : new int[] {3, 5, 4, 9, 0, 8, 1, 2, 7, 6}) {
            places.free(parts.get(i));
        }
        assertEquals(0, places.used());
        assertEquals(new Place(0, 320), places.allocate(320));
        assertEquals(320, places.most());
    }

    @Test
    void theSmallestStretchThatSufficesIsTaken() {
        Place first = places.allocate(96), second = places.allocate(32), third = places.allocate(64);
        places.allocate(32);
        places.free(first);
        places.free(third);
        assertEquals(third.at(), places.allocate(50).at());
        assertEquals(first.at(), places.allocate(96).at());
        assertEquals(32, second.length());
    }

    @Test
    void whatTheProgramHasLostGivesItsPlaceBack() {
        for (int i = 0; i < 50; i++) {
            places.of(new float[100]);
        }
        assertTrue(places.used() <= 320);
    }

    @Test
    void exhaustionTellsThePlanAndWhatToDo() {
        float[] kept = new float[200];
        places.of(kept);
        DeviceMemoryException e = assertThrows(DeviceMemoryException.class, () -> places.allocate(150));
        assertTrue(e.getMessage().contains("the largest array takes"), e.getMessage());
        assertTrue(e.getMessage().contains("-Dnorma.device.memory="), e.getMessage());
        assertEquals(places.of(kept), places.of(kept), "and nothing is lost");
        assertEquals(224, places.used());
    }
}
