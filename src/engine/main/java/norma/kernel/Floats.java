package norma.kernel;

import java.util.Arrays;
import java.util.Objects;

/// A run of floats inside an array: `array[offset] ... array[offset + length - 1]`. What kernels read and write.
///
/// @param array the array, shared, never copied
/// @param offset index of the first float
/// @param length number of floats
public record Floats(float[] array, int offset, int length) {

    /// Checks that the run lies inside the array.
    public Floats {
        Objects.checkFromIndexSize(offset, length, array.length);
    }

    /// A whole array.
    public static Floats of(float... array) {
        return new Floats(array, 0, array.length);
    }

    /// A new run of `length` zeros.
    public static Floats zeros(int length) {
        return of(new float[length]);
    }

    /// Float `i` of the run.
    public float get(int i) {
        return array[offset + Objects.checkIndex(i, length)];
    }

    /// Sets float `i` of the run.
    public void set(int i, float value) {
        array[offset + Objects.checkIndex(i, length)] = value;
    }

    /// The run of `count` floats from `from` on, in the same array.
    public Floats slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, length);
        return new Floats(array, offset + from, count);
    }

    /// A copy of the run as an array of its own.
    public float[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /// Sets every float of the run.
    public void fill(float value) {
        Arrays.fill(array, offset, offset + length, value);
    }

    /// Copies `source`, a run of the same length, into this one.
    public void set(Floats source) {
        if (source.length != length) {
            throw new IllegalArgumentException(
                    "Floats: lengths must be equal; got " + length + " and " + source.length);
        }
        System.arraycopy(source.array, source.offset, array, offset, length);
    }

    @Override
    public String toString() {
        return "Floats[" + length + " at " + offset + " of " + array.length + "]";
    }
}
