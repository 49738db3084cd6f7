package norma.embeddings.finetuning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import norma.kernel.SplitMix;

/// Examples in two parts: those to learn from, and those held out to measure on. No text stands in both, whatever examples it is in.
///
/// @param <E> kind of example
/// @param train to learn from, in their order
/// @param held the others, in their order
public record Split<E extends Example>(List<E> train, List<E> held) {

    /// Copies the lists.
    public Split {
        train = List.copyOf(train);
        held = List.copyOf(held);
    }

    /// Holds a share of each label's examples out, rounded to the nearest number; of examples without labels a share of all. Examples
    /// that share a text ([Example#keys]) go to one side together: then it may be fewer.
    ///
    /// @param share from 0 to 1
    /// @param seed of the choice: the same one gives the same split
    public static <E extends Example> Split<E> of(List<E> examples, double share, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("Split: share must lie between 0 and 1; got " + share);
        }
        boolean[] held = new boolean[examples.size()];
        Map<Object, List<List<Integer>>> strata = new LinkedHashMap<>();
        for (List<Integer> group : groups(examples)) {
            strata.computeIfAbsent(examples.get(group.getFirst()).stratum(), _ -> new ArrayList<>()).add(group);
        }
        strata.values().forEach(groups -> hold(groups, share, seed, held));
        return new Split<>(where(examples, held, false), where(examples, held, true));
    }

    /// Holds groups out, in an order by the seed, as long as they don't exceed the share.
    private static void hold(List<List<Integer>> groups, double share, long seed, boolean[] held) {
        long room = Math.round(share * groups.stream().mapToInt(List::size).sum());
        groups.sort(Comparator.comparingLong(group -> SplitMix.at(seed, group.getFirst())));
        for (List<Integer> group : groups) {
            if (group.size() <= room) {
                room -= group.size();
                group.forEach(i -> held[i] = true);
            }
        }
    }

    /// Which examples are connected by what they share, each group in their order.
    private static <E extends Example> List<List<Integer>> groups(List<E> examples) {
        int[] root = IntStream.range(0, examples.size()).toArray();
        Map<Object, Integer> first = new HashMap<>();
        for (int i = 0; i < root.length; i++) {
            for (Object key : examples.get(i).keys()) {
                Integer other = first.putIfAbsent(key, i);
                if (other != null) {
                    int a = find(root, other), b = find(root, i);
                    root[Math.max(a, b)] = Math.min(a, b);
                }
            }
        }
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < root.length; i++) {
            groups.computeIfAbsent(find(root, i), _ -> new ArrayList<>()).add(i);
        }
        return new ArrayList<>(groups.values());
    }

    /// The first example of a group; the way there is halved.
    private static int find(int[] root, int i) {
        int at = i;
        while (root[at] != at) {
            root[at] = root[root[at]];
            at = root[at];
        }
        return at;
    }

    private static <E> List<E> where(List<E> examples, boolean[] held, boolean wanted) {
        return IntStream.range(0, held.length).filter(i -> held[i] == wanted).mapToObj(examples::get).toList();
    }
}
