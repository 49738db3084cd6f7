package norma.embeddings;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import norma.io.AtomicFile;
import norma.io.CorruptFileException;
import norma.json.JsonFields;

/// Texts in a folder with their vectors, among which the nearest to a query are found.
///
/// ```java
/// TextIndex index = TextIndex.create(Path.of("notes.index"), Metric.COSINE, "all-minilm-l6-v2", encoder);
/// index.add(texts);
/// for (TextIndex.Hit hit : index.nearest("a question", 10)) {
///     System.out.println(hit.value() + " " + hit.text());
/// }
/// ```
///
/// Texts are read, encoded and written a few hundred at a time, and vectors are compared some megabytes at a time, so the memory that
/// it takes does not depend on how many there are, but for 8 bytes a text once one was found. [#keepInMemory] makes later searches faster.
///
/// Each call of `add` makes two files, which never change: `vectors-1.safetensors` with a tensor `vectors` (N, D), and
/// `texts-1.jsonl` with a text a line, as strings of JSON. `index.json`, which is replaced last, says which of them count, so what
/// stops an `add` leaves the index as it was. It also holds checksums, which are compared whenever a file is read to its end, and
/// the encoder's [EncoderIdentity]: another encoder is refused.
///
/// Many threads may search while one adds. Of two processes that add at the same time one is refused.
public final class TextIndex {

    /// A text that was found.
    ///
    /// @param number how many were added before it
    /// @param value its vector's [Metric] to the query's
    /// @param text as it was added; a surrogate without its partner is U+FFFD
    public record Hit(long number, double value, String text) {
    }

    private static final String CONTENTS = "index.json";
    private static final String FORMAT = "norma text index 1";

    private final Path folder;
    private final Metric metric;
    private final EncoderIdentity identity;
    private final SentenceEncoder encoder;
    private volatile List<TextIndexPart> parts;
    private volatile Optional<VectorIndex> kept = Optional.empty();

    private TextIndex(Path folder, Metric metric, EncoderIdentity identity, SentenceEncoder encoder,
            List<TextIndexPart> parts) {
        this.folder = folder;
        this.metric = metric;
        this.identity = identity;
        this.encoder = encoder;
        this.parts = parts;
    }

    /// Whether a folder holds an index.
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CONTENTS));
    }

    /// A new index without texts; the folder is made if it is not there.
    ///
    /// @param model what the encoder is called, for messages
    /// @throws IOException if the folder holds an index already, or can't be written to
    public static TextIndex create(Path folder, Metric metric, String model, SentenceEncoder encoder)
            throws IOException {
        if (isIn(folder)) {
            throw new IOException(folder + ": must not hold an index already; open it, or delete it");
        }
        var index = new TextIndex(folder, metric, EncoderIdentity.of(model, encoder), encoder, List.of());
        index.write(List.of());
        return index;
    }

    /// Opens an index.
    ///
    /// @param model what the encoder is called, for messages
    /// @throws CorruptFileException if its files are not what was written
    /// @throws IllegalArgumentException if it was made with another encoder; says with which
    /// @throws IOException if it can't be read
    public static TextIndex open(Path folder, String model, SentenceEncoder encoder) throws IOException {
        JsonFields contents = contents(folder);
        Metric metric = Metric.valueOf(contents.text("metric"));
        EncoderIdentity made = identity(contents.part("encoder"));
        made.difference(EncoderIdentity.of(model, encoder)).ifPresent(difference -> {
            throw new IllegalArgumentException(
                    "TextIndex %s: must be used with the encoder that it was made with; it was %s".formatted(folder,
                            difference));
        });
        return new TextIndex(folder, metric, made, encoder, parts(contents, folder, encoder.dimensions()));
    }

    private static JsonFields contents(Path folder) throws IOException {
        JsonFields contents = JsonFields.read(folder.resolve(CONTENTS));
        if (!contents.text("format").equals(FORMAT)) {
            throw contents.incompatibility("format", "\"" + FORMAT + "\"");
        }
        try {
            Metric.valueOf(contents.text("metric"));
        } catch (IllegalArgumentException e) {
            throw contents.incompatibility("metric", "COSINE, DOT or EUCLIDEAN");
        }
        return contents;
    }

    private static EncoderIdentity identity(JsonFields fields) throws CorruptFileException {
        Map<String, String> facts = new LinkedHashMap<>();
        for (String name : fields.values().keySet()) {
            facts.put(name, fields.text(name));
        }
        return new EncoderIdentity(facts);
    }

    private static List<TextIndexPart> parts(JsonFields contents, Path folder, int dimensions) throws IOException {
        List<TextIndexPart> parts = new ArrayList<>();
        long first = 0;
        for (JsonFields fields : contents.requiredParts("parts")) {
            TextIndexPart part = TextIndexPart.open(folder, parts.size() + 1, first, dimensions, fields);
            first += part.count();
            parts.add(part);
        }
        return List.copyOf(parts);
    }

    /// How near texts are.
    public Metric metric() {
        return metric;
    }

    /// How many texts there are.
    public long size() {
        return parts.stream().mapToLong(TextIndexPart::count).sum();
    }

    /// Adds texts behind the others, all or none of them.
    ///
    /// @return how many there were
    /// @throws IOException if they can't be written; the index is then as it was
    public long add(Iterable<String> texts) throws IOException {
        return add(texts.iterator());
    }

    /// The same with texts that are taken as they are needed.
    public synchronized long add(Iterator<String> texts) throws IOException {
        try (FileChannel file = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); FileLock _ = lock(file)) {
            if (!fields(parts(contents(folder), folder, encoder.dimensions())).equals(fields(parts))) {
                throw new IllegalStateException("TextIndex %s: somebody else has added to it since; open it again"
                        .formatted(folder));
            }
            if (!texts.hasNext()) {
                return 0;
            }
            TextIndexPart part = TextIndexPart.write(folder, parts.size() + 1, size(), encoder, texts);
            List<TextIndexPart> more = new ArrayList<>(parts);
            more.add(part);
            write(more);
            parts = List.copyOf(more);
            if (kept.isPresent()) {
                part.read(kept.get()::adopt);
            }
            return part.count();
        }
    }

    private FileLock lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException _) {
            // refused below
        }
        throw new IllegalStateException("TextIndex %s: one at a time may add to it; wait".formatted(folder));
    }

    private void write(List<TextIndexPart> all) throws IOException {
        JsonObject contents = JsonFields.object("format", FORMAT, "metric", metric.name(), "encoder", identity.facts(),
                "parts", all.stream().map(TextIndexPart::fields).toList());
        AtomicFile.write(folder.resolve(CONTENTS), contents.toString());
    }

    private static List<String> fields(List<TextIndexPart> parts) {
        return parts.stream().map(part -> part.fields().toString()).toList();
    }

    /// Keeps all vectors in memory from now on, four bytes an element and eight more for each: for many searches.
    public synchronized void keepInMemory() throws IOException {
        VectorIndex vectors = VectorIndex.of(metric, encoder.dimensions());
        for (TextIndexPart part : parts) {
            part.read(vectors::adopt);
        }
        kept = Optional.of(vectors);
    }

    /// The k texts nearest to a query, from the nearest on; all of them if there are fewer. Equally near ones keep their order.
    ///
    /// @throws CorruptFileException if a file is not what was written
    /// @throws IOException if one can't be read
    public List<Hit> nearest(String query, int k) throws IOException {
        return nearest(List.of(query), k).getFirst();
    }

    /// The same for many queries, which reads the vectors once.
    public List<List<Hit>> nearest(List<String> queries, int k) throws IOException {
        List<List<Hit>> results = new ArrayList<>();
        for (List<VectorIndex.Hit> found : found(encoder.encodeQueries(queries), k)) {
            List<Hit> hits = new ArrayList<>();
            for (VectorIndex.Hit hit : found) {
                hits.add(new Hit(hit.number(), hit.value(), text(hit.number())));
            }
            results.add(List.copyOf(hits));
        }
        return results;
    }

    private List<List<VectorIndex.Hit>> found(float[][] queries, int k) throws IOException {
        if (kept.isPresent()) {
            return kept.get().nearest(queries, k);
        }
        Search search = new Search(metric, encoder.dimensions(), k, queries);
        for (TextIndexPart part : parts) {
            part.read(search::pass);
        }
        return search.hits();
    }

    private String text(long number) throws IOException {
        for (TextIndexPart part : parts) {
            if (number < part.first() + part.count()) {
                return part.text(number - part.first());
            }
        }
        throw new AssertionError(number);
    }
}
