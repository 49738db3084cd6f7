package norma.tokenizer;

import java.util.Arrays;

/// A queue of places in a word where two symbols may be joined: the lowest rank first, of equal ones the leftmost. A binary
/// heap of numbers, as `PriorityQueue` has one of objects.
final class Candidates {
    private long[] heap;
    private int size;

    Candidates(int capacity) {
        heap = new long[Math.max(1, capacity)];
    }

    static int rank(long candidate) {
        return (int) (candidate >>> Integer.SIZE);
    }

    static int place(long candidate) {
        return (int) candidate;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(int rank, int place) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        long candidate = (long) rank << Integer.SIZE | place;
        int at = size++;
        while (at > 0 && heap[(at - 1) / 2] > candidate) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = candidate;
    }

    long take() {
        long first = heap[0];
        long last = heap[--size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return first;
    }
}
