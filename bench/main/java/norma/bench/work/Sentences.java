package norma.bench.work;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import norma.bench.work.Work.Operation;
import norma.embeddings.Options;
import norma.embeddings.SentenceEncoder;
import norma.parallel.Workers;

/// Texts to vectors with all-MiniLM-L6-v2 and its real weights, tokenizer included.
final class Sentences {

    private Sentences() {
    }

    static List<Work> works() {
        var works = new ArrayList<Work>();
        for (int batch : new int[] {1, 32}) {
            for (int tokens : new int[] {16, 128, 256}) {
                Work work = encode("%d of T %d".formatted(batch, tokens), batch, tokens, tokens);
                works.add(tokens == 128 ? work.inQuickRun() : work);
            }
        }
        works.add(encode("32 of T 8 to 256", 32, 8, 256).inQuickRun());
        works.add(encode("256 of T 8 to 256", 256, 8, 256));
        return works;
    }

    /// FLOPs: those of the network, for the tokens that there are. Bytes: the weights.
    private static Work encode(String shape, int count, int fewest, int most) {
        double flops = Arrays.stream(Texts.lengths(count, fewest, most)).mapToDouble(Models::encoderFlops).sum();
        return Work.of("encode", shape, flops, 4 * Models.matrices(), () -> encode(Texts.of(count, fewest, most), most));
    }

    private static Operation encode(List<String> texts, int maxTokens) {
        try {
            var options = Options.DEFAULT.threads(Workers.current().threads()).maxTokens(maxTokens);
            SentenceEncoder encoder = SentenceEncoder.load("all-minilm-l6-v2", options);
            return () -> encoder.encode(texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
