package norma.bench.peers;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import norma.bench.peers.OnnxEncoder.Way;
import norma.bench.workload.Embed;

/// A process that embeds the lines on its standard input with ONNX Runtime, and ends.
public final class OnnxEmbed {

    private OnnxEmbed() {
    }

    /// Embeds them.
    ///
    /// @param args model, way
    public static void main(String... args) throws IOException, OrtException {
        int threads = Integer.getInteger("norma.threads");
        var encoder = new OnnxEncoder(args[0], 256, threads, Way.valueOf(args[1]));
        encoder.encode(Embed.texts());
        System.out.print(Embed.status());
    }
}
