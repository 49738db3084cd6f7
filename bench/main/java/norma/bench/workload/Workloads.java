package norma.bench.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import norma.bench.lesson.Lessons;

/// The catalogue of workloads.
public final class Workloads {

    /// Workloads that belong together, in the order in which they are shown.
    public record Family(String title, List<Workload> workloads) {
    }

    private static final List<Family> FAMILIES = List.of(
            new Family("matrix products", Products.workloads()),
            new Family("attention", byName(Attentions.workloads())),
            new Family("norms and softmax", byName(Norms.workloads())),
            new Family("elementwise", byName(Elementwise.workloads())),
            new Family("losses and embedding", ModelEnds.workloads()),
            new Family("updates", Updates.workloads()),
            new Family("convolution and pooling", byName(Images.workloads())),
            new Family("Fourier transforms", Transforms.workloads()),
            new Family("every norm", EveryNorm.workloads()),
            new Family("models", Models.workloads()),
            new Family("sentence encoders", Sentences.workloads()),
            new Family("processes", Processes.workloads()));

    /// Those of many kernels, which take long on slow ones.
    private static final List<Workload> WHOLE =
            FAMILIES.subList(FAMILIES.size() - 4, FAMILIES.size()).stream().flatMap(f -> f.workloads().stream())
                    .toList();

    private static final String LESSONS = "lessons";

    private Workloads() {
    }

    /// All families, the lessons among them.
    public static List<Family> families() {
        return Stream.concat(FAMILIES.stream(), Stream.of(new Family(LESSONS, lessons()))).toList();
    }

    /// All workloads.
    public static List<Workload> all() {
        return FAMILIES.stream().flatMap(family -> family.workloads().stream()).toList();
    }

    /// The lessons, which are in no run but their own. They are made only when asked for: they need the Vector API, and the reference
    /// kernels are measured without it.
    public static List<Workload> lessons() {
        return Lessons.workloads();
    }

    /// Whether a device's kernels can do it. Whole processes choose theirs themselves, and lessons have none.
    public static boolean onDevice(Workload workload) {
        return workload.isBounded() && all().contains(workload);
    }

    /// The workloads of the quick run.
    public static List<Workload> quick() {
        return all().stream().filter(Workload::quick).toList();
    }

    /// One of each name, whole models, processes and the norms of the catalogue left out: the first shape of the quick run, or
    /// the first. Of a forward pass alone and the same with its backward pass, the latter stands for both.
    public static List<Workload> representatives() {
        var found = new LinkedHashMap<String, Workload>();
        all().stream().filter(workload -> !WHOLE.contains(workload))
                .forEach(workload -> found.merge(workload.name(), workload, (a, b) -> !a.quick() && b.quick() ? b : a));
        found.keySet().removeIf(name -> name.endsWith("_fwd") && found.containsKey(name + "_bwd"));
        return List.copyOf(found.values());
    }

    /// The workload of this name and shape.
    public static Workload of(String name, String shape) {
        return Stream.<Supplier<List<Workload>>>of(Workloads::all, Workloads::lessons)
                .flatMap(workloads -> workloads.get().stream())
                .filter(workload -> workload.name().equals(name) && workload.shape().equals(shape)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload is called " + name + " " + shape));
    }

    /// The workloads of these names, in all their shapes; `name/text` takes the shapes that contain the text.
    public static List<Workload> named(List<String> names) {
        var found = new ArrayList<Workload>();
        for (String name : names) {
            int slash = name.indexOf('/');
            String text = name.substring(slash + 1);
            List<Workload> workloads = slash < 0 ? named(name)
                    : named(name.substring(0, slash)).stream().filter(w -> w.shape().contains(text)).toList();
            if (workloads.isEmpty()) {
                throw new IllegalArgumentException("--only %s: no shape of %s contains '%s'; it has %s".formatted(name,
                        name.substring(0, slash), text, shapes(name.substring(0, slash))));
            }
            found.addAll(workloads);
        }
        return found.stream().distinct().toList();
    }

    private static List<Workload> catalogue() {
        return families().stream().flatMap(family -> family.workloads().stream()).toList();
    }

    private static List<Workload> named(String name) {
        if (name.equals(LESSONS)) {
            return lessons();
        }
        List<Workload> workloads = catalogue().stream().filter(workload -> workload.name().equals(name)).toList();
        if (workloads.isEmpty()) {
            List<String> names = catalogue().stream().map(Workload::name).distinct().toList();
            List<String> near = names.stream().filter(other -> isNear(name, other)).toList();
            throw new IllegalArgumentException("--only: no workload is called '%s'; %s".formatted(name,
                    near.isEmpty() ? "there are " + String.join(", ", names)
                            : "did you mean " + String.join(", ", near) + "?"));
        }
        return workloads;
    }

    private static String shapes(String name) {
        return named(name).stream().map(Workload::shape).collect(Collectors.joining("; "));
    }

    private static boolean isNear(String typed, String name) {
        return typed.length() > 2 && name.contains(typed) || distance(typed, name) <= Math.max(2, typed.length() / 4);
    }

    /// Letters to insert, delete or replace (Levenshtein 1966).
    public static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /// Shapes of one name side by side.
    private static List<Workload> byName(List<Workload> workloads) {
        return workloads.stream()
                .collect(Collectors.groupingBy(Workload::name, LinkedHashMap::new, Collectors.toList()))
                .values().stream().flatMap(List::stream).toList();
    }
}
