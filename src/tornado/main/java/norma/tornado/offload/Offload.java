package norma.tornado.offload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import norma.tornado.device.Device;
import norma.tornado.device.Kernel;
import norma.tornado.device.Places;
import norma.tornado.device.Places.Place;

/// What the offloaded contracts share: where operands lie on the device, working memory, launches; and the count of what has no
/// device kernel and fell back to the host.
public final class Offload {
    private final Device device;
    private final Consumer<String> warning;
    private final Places places;
    private final Map<String, Integer> fallbacks = new TreeMap<>();

    /// Working memory, handed out from the front of the last piece; whatever a call took is free again when it has ended.
    private final List<Place> working = new ArrayList<>();
    private int taken;
    /// What a call took that needed several pieces: the next gets as much in one.
    private int usual;
    private long launches;

    /// On a device.
    public Offload(Device device) {
        this(device, _ -> {
        });
    }

    /// On a device.
    ///
    /// @param warning is told of each method, once, that fell back
    public Offload(Device device, Consumer<String> warning) {
        this.device = device;
        this.warning = warning;
        places = new Places(device);
    }

    /// The whole set of kernels.
    public Kernels kernels() {
        return OffloadedKernels.of(this);
    }

    /// Each method of a contract, and whether there is a kernel for it: `fourier.complex`.
    public Map<String, Boolean> coverage() {
        return OffloadedKernels.coverage(this);
    }

    Device device() {
        return device;
    }

    /// Where floats lie in the slab.
    int at(Floats x) {
        return places.of(x.array()) + x.offset();
    }

    /// Where floats lie in the slab, or -1 for null.
    int atOrNone(Floats x) {
        return x == null ? -1 : at(x);
    }

    /// Where an array of the host lies in the slab.
    int at(float[] array) {
        return places.of(array);
    }

    /// Room for some floats until the contract's method ends.
    int room(int floats) {
        if (working.isEmpty() || taken + floats > working.getLast().length()) {
            int length = Math.max(floats, working.isEmpty() ? usual : 2 * working.getLast().length());
            working.add(places.allocate(length));
            taken = 0;
        }
        int at = working.getLast().at() + taken;
        taken += floats;
        return at;
    }

    /// Numbers of the host in room of their own, as floats: row numbers and classes, which must be below 2^24 to be exact.
    int numbers(int... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            if (Math.abs((long) values[i]) > 1 << 24) {
                throw new IllegalArgumentException(
                        "Offload: numbers must be within 2^24 to be exact as floats; got " + values[i]);
            }
            floats[i] = values[i];
        }
        int at = room(floats.length);
        if (floats.length > 0) {
            device.write(floats, 0, at, floats.length);
        }
        return at;
    }

    /// Launches a kernel with `size` iterations; none is nothing to do.
    void launch(Kernel kernel, int size, int... ints) {
        launch(kernel, new float[0], size, ints);
    }

    /// The same with scalars.
    void launch(Kernel kernel, float[] floats, int size, int... ints) {
        if (size == 0) {
            return;
        }
        int[] all = new int[ints.length + 1];
        all[0] = size;
        System.arraycopy(ints, 0, all, 1, ints.length);
        launches++;
        device.launch(kernel, all, floats);
    }

    /// Runs one call of a contract by itself, and frees its working memory.
    synchronized <T> T alone(Supplier<T> call) {
        try {
            return call.get();
        } finally {
            end();
        }
    }

    /// Allocates nothing: what the call has computed must not be lost where memory is short.
    private void end() {
        if (working.size() > 1) {
            usual = working.stream().mapToInt(Place::length).sum();
            working.forEach(places::free);
            working.clear();
        }
        taken = 0;
    }

    void countFallback(String method) {
        if (fallbacks.merge(method, 1, Integer::sum) == 1) {
            warning.accept("%s has no kernel for %s; it is computed on the processor".formatted(device.name(), method));
        }
    }

    /// How often each method of a contract was computed on the host, since there is no kernel for it: `fourier.complex`.
    public synchronized Map<String, Integer> fallbacks() {
        return new TreeMap<>(fallbacks);
    }

    /// How many kernels were launched.
    public synchronized long launches() {
        return launches;
    }

    /// Floats of the device's memory in use.
    public synchronized long used() {
        return places.used();
    }

    /// The most floats that were in use at a time.
    public synchronized long most() {
        return places.most();
    }

    /// Floats of the device's memory.
    public long budget() {
        return device.capacity();
    }
}
