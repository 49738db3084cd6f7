package norma.tornado.device;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Where the arrays of the host lie in the slab. An array gets a place when it is first used, and its values go there; from then
/// on it is only a name. The place is free again when the program has lost the array.
public final class Places {
    /// What one float's place is rounded to: a cache line, so that no two arrays share one.
    private static final int ALIGNMENT = 32;

    /// Milliseconds without news of a lost array after which there is none.
    private static final int PATIENCE = 500;

    private final Device device;
    private final Map<Name, Place> places = new HashMap<>();
    private final ReferenceQueue<float[]> lost = new ReferenceQueue<>();
    /// Free stretches: where each begins, and its length.
    private final TreeMap<Integer, Integer> free = new TreeMap<>();
    private long used;
    private long most;

    /// None yet.
    public Places(Device device) {
        this.device = device;
        free.put(0, device.capacity());
    }

    /// A stretch of the slab.
    ///
    /// @param at its first float
    /// @param length floats, rounded up
    public record Place(int at, int length) {
    }

    /// Where an array lies; one that is new is copied to the device.
    public int of(float[] array) {
        Place known = places.get(new Name(array, null));
        if (known != null) {
            return known.at;
        }
        Place place = allocate(array.length);
        places.put(new Name(array, lost), place);
        device.write(array, 0, place.at, array.length);
        return place.at;
    }

    /// A stretch that belongs to no array.
    ///
    /// @throws DeviceMemoryException if there is none, not even without what the program has lost
    public Place allocate(int floats) {
        int length = Math.max(ALIGNMENT, Math.ceilDiv(floats, ALIGNMENT) * ALIGNMENT);
        for (var name = lost.poll(); name != null; name = lost.poll()) {
            free(places.remove(name));
        }
        Integer at = take(length);
        if (at == null) {
            at = takeOfWhatIsLost(length);
        }
        if (at == null) {
            throw exhausted(floats);
        }
        used += length;
        most = Math.max(most, used);
        return new Place(at, length);
    }

    /// Gives a stretch back.
    public void free(Place place) {
        used -= place.length;
        int at = place.at, length = place.length;
        var before = free.lowerEntry(at);
        if (before != null && before.getKey() + before.getValue() == at) {
            free.remove(before.getKey());
            at = before.getKey();
            length += before.getValue();
        }
        Integer after = free.remove(at + length);
        free.put(at, after == null ? length : length + after);
    }

    /// Floats in use.
    public long used() {
        return used;
    }

    /// The most floats that were in use at a time.
    public long most() {
        return most;
    }

    /// Asks for a collection. A thread of the VM tells of what it found, one array after the other and not at once.
    private Integer takeOfWhatIsLost(int length) {
        System.gc();
        try {
            Integer at = null;
            for (var name = lost.remove(PATIENCE); name != null; name = at == null ? lost.remove(PATIENCE) : null) {
                free(places.remove(name));
                at = take(length);
            }
            return at;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /// The first of the smallest stretches that are long enough, or null.
    private Integer take(int length) {
        Integer best = null;
        for (var stretch : free.entrySet()) {
            if (stretch.getValue() >= length && (best == null || stretch.getValue() < free.get(best))) {
                best = stretch.getKey();
            }
        }
        if (best != null) {
            int rest = free.remove(best) - length;
            if (rest > 0) {
                free.put(best + length, rest);
            }
        }
        return best;
    }

    private DeviceMemoryException exhausted(int floats) {
        int largestPart = places.values().stream().mapToInt(Place::length).max().orElse(0);
        int largestFree = free.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return new DeviceMemoryException(floats, used, device.capacity(), largestPart, largestFree);
    }

    /// An array by its identity.
    private static final class Name extends WeakReference<float[]> {
        private final int hash;

        Name(float[] array, ReferenceQueue<float[]> lost) {
            super(array, lost);
            hash = System.identityHashCode(array);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof Name name && get() != null && get() == name.get();
        }
    }
}
