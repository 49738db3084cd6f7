import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.CosineSimilarity;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import norma.langchain4j.NormaEmbeddingModel;

/// The paragraphs of one's own text files that answer a question best. Arguments: a folder, a question.
void main(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : "docs");
    String question = args.length > 1 ? args[1] : "What must I add to the command line so that SIMD is used?";

    EmbeddingModel model = new NormaEmbeddingModel(SentenceEncoder.load("all-minilm-l6-v2", Options.DEFAULT));
    List<TextSegment> paragraphs = new ArrayList<>();
    try (var files = Files.walk(folder, 1)) {
        for (Path file : files.filter(path -> path.toString().matches(".*\\.(md|txt)")).sorted().toList()) {
            for (String paragraph : Files.readString(file).replaceAll("(?m)^#.*", "").strip().split("\n\\s*\n")) {
                paragraphs.add(TextSegment.from(paragraph.strip(), Metadata.from("file", file.getFileName().toString())));
            }
        }
    }
    List<Embedding> vectors = model.embedAll(paragraphs).content();

    Embedding query = model.embed(question).content();
    double[] likeness = vectors.stream().mapToDouble(vector -> CosineSimilarity.between(query, vector)).toArray();
    IntStream.range(0, likeness.length).boxed().sorted(Comparator.comparingDouble(i -> -likeness[i])).limit(3)
            .forEach(i -> print(likeness[i], paragraphs.get(i)));
}

void print(double likeness, TextSegment paragraph) {
    String text = paragraph.text().replaceAll("\\s+", " ");
    IO.println("%.2f  %s: %s".formatted(likeness, paragraph.metadata().getString("file"),
            text.substring(0, Math.min(100, text.length()))));
}
