package norma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the README and the pages in `docs/` refer to is there: types and their members, packages, properties, files, headings. And
/// files that a page gives a length to have it.
class DocsReferencesTest {
    private static final Path ROOT = Path.of("../..");

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern TYPE =
            Pattern.compile("(?<![\\w.:/+-])((?=\\w{3})[A-Z]\\w*[a-z]\\w*)((?:\\.[A-Za-z_]\\w*)*)(?![\\w/])");
    private static final Pattern NORMA = Pattern.compile("(?<![\\w./-])norma(\\.[A-Za-z]\\w*)+");
    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|record|interface|enum) (\\w+)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]*)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern LENGTH = Pattern.compile("\\]\\(([^)\\s]+)\\)(\\*{0,2} \\()(\\d+)( lines\\))");

    /// Types of the JDK, of other libraries, and of the reader.
    private static final Set<String> FOREIGN =
            Set.of("AdaptiveAvgPool2d", "Add", "AutoModelForSequenceClassification", "AveragedModel", "BertModel",
                    "BertTokenizer", "DataLoader", "DistilBertModel",
                    "EmbeddingModel", "EmbeddingStoreIngestor", "Executor", "False", "First", "FloatVector",
                    "IntVector",
                    "MemorySegment", "Module", "Optional", "PRNGKey", "Path", "Plugin", "PreTrainedTokenizerFast",
                    "RMSprop",
                    "ReduceLROnPlateau", "RobertaModel", "RobertaTokenizer", "System", "True", "XLMRobertaTokenizer",
                    "MPNetTokenizer", "AlbertTokenizer",
                    "Qwen2Tokenizer", "GemmaTokenizer",
                    "Xor");

    private static final Map<Path, String> SOURCES = new HashMap<>();

    /// The texts that declare a type, by its simple name.
    private static final Map<String, List<String>> TYPES = new HashMap<>();

    @BeforeAll
    static void readTheSources() throws IOException {
        for (String folder : List.of("src", "bench")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(DocsReferencesTest::isSource).forEach(file -> SOURCES.put(file, read(file)));
            }
        }
        SOURCES.values().forEach(text -> DECLARATION.matcher(text).results().map(found -> found.group(1)).distinct()
                .forEach(name -> TYPES.computeIfAbsent(name, _ -> new ArrayList<>()).add(text)));
        SOURCES.put(ROOT.resolve("norma"), read(ROOT.resolve("norma")));
        assertFalse(TYPES.isEmpty(), "no sources at " + ROOT.toAbsolutePath());
    }

    private static boolean isSource(Path file) {
        String path = file.toString().replace('\\', '/');
        return path.endsWith(".java") || path.endsWith("/pom.xml") && !path.contains("/target/");
    }

    /// The README and all pages.
    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs.filter(p -> p.toString().endsWith(".md")))
                    .sorted().toList();
        }
    }

    @Test
    void namesExist() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            for (String span : matches(SPAN, BLOCK.matcher(read(page)).replaceAll(""))) {
                Stream.concat(TYPE.matcher(span).results().filter(name -> !exists(name)),
                        NORMA.matcher(span).results().filter(name -> !isMentioned(name.group())))
                        .forEach(name -> missing.add(page.getFileName() + ": `" + name.group() + "`"));
            }
        }
        assertEquals("", String.join("\n", missing), "names that no source declares");
    }

    /// Whether some source declares the type and has all that is named behind it.
    private static boolean exists(MatchResult name) {
        List<String> members = matches(Pattern.compile("\\w+"), name.group(2));
        boolean isFile = members.equals(List.of("java"));
        return FOREIGN.contains(name.group(1))
                || isFile && SOURCES.keySet().stream().anyMatch(file -> file.endsWith(name.group(1) + ".java"))
                || TYPES.getOrDefault(name.group(1), List.of()).stream()
                        .anyMatch(text -> members.stream().allMatch(member -> hasWord(text, member)));
    }

    private static boolean isMentioned(String name) {
        return SOURCES.values().stream().anyMatch(text -> hasWord(text, name))
                || TYPES.containsKey(name.replaceFirst(".*\\.", ""));
    }

    private static boolean hasWord(String text, String word) {
        return Pattern.compile("\\b" + Pattern.quote(word) + "\\b").matcher(text).find();
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            for (String link : matches(LINK, BLOCK.matcher(read(page)).replaceAll(""))) {
                if (!link.startsWith("http") && !leadsSomewhere(page, link)) {
                    missing.add(page.getFileName() + ": " + link);
                }
            }
        }
        assertEquals("", String.join("\n", missing), "links to what is not there");
    }

    private static boolean leadsSomewhere(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
        return Files.exists(target) && (parts.length == 1 || matches(HEADING, read(target)).stream()
                .map(DocsReferencesTest::anchor).anyMatch(parts[1]::equals));
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\s-]", "").replace(' ', '-');
    }

    /// A length may be off by a tenth. `-Dtest=DocsReferencesTest -Dnorma.docs=update` writes all of them anew.
    @Test
    void lengthsAreTrue() throws IOException {
        boolean update = System.getProperty("norma.docs", "").equals("update");
        List<String> wrong = new ArrayList<>();
        for (Path page : pages()) {
            String text = LENGTH.matcher(read(page)).replaceAll(found -> {
                long lines = read(page.resolveSibling(found.group(1))).lines().count();
                if (Math.abs(lines - Long.parseLong(found.group(3))) > lines / 10) {
                    wrong.add(page.getFileName() + ": " + found.group(1) + " has " + lines + " lines");
                }
                return "](" + found.group(1) + ")" + found.group(2) + lines + found.group(4);
            });
            if (update) {
                Files.writeString(page, text);
            }
        }
        assertEquals(List.of(), update ? List.of() : wrong, "run this test with -Dnorma.docs=update");
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.groupCount() > 0 ? found.group(1) : found.group())
                .collect(Collectors.toList());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
