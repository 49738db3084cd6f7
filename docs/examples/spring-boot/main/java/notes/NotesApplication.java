package notes;

import java.util.List;
import norma.backend.Backend;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/// Answers a question with the note that means the same.
@SpringBootApplication
public class NotesApplication {
    private static final List<String> NOTES = List.of("The invoice must be paid by Friday.",
            "Our office is closed on public holidays.", "Reset your password on the login page.");

    /// Starts it: `java -jar notes.jar "How long do I have to send the money?"`.
    public static void main(String[] args) {
        SpringApplication.run(NotesApplication.class, args);
    }

    @Bean
    VectorStore store(EmbeddingModel model) {
        VectorStore store = SimpleVectorStore.builder(model).build();
        store.add(NOTES.stream().map(Document::new).toList());
        return store;
    }

    @Bean
    CommandLineRunner answers(VectorStore store) {
        return questions -> {
            for (String question : questions) {
                var request = SearchRequest.builder().query(question).topK(1).build();
                store.similaritySearch(request)
                        .forEach(note -> IO.println("%.2f  %s".formatted(note.getScore(), note.getText())));
            }
            IO.println("computed by " + Backend.name());
        };
    }
}
