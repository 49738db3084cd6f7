package norma.lab.embed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import norma.lab.console.Progress;

/// Texts that a command was given.
///
/// @param list in their order
record Texts(List<String> list) {
    /// Texts that an encoder is given at once: enough for many full passes, few enough that results come soon.
    private static final int PORTION = 512;

    /// Receives vectors one by one.
    interface Reader {
        /// @param index of the text
        /// @return whether to go on
        boolean read(int index, float[] vector);
    }

    /// The lines of a file, blank ones too.
    static Texts read(Path file) throws IOException {
        return decode(file.toString(), Files.readAllBytes(file));
    }

    /// The lines of a stream, blank ones too.
    static Texts read(InputStream in) throws IOException {
        return decode("standard input", in.readAllBytes());
    }

    private static Texts decode(String name, byte[] bytes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
            return new Texts(text.substring(text.startsWith("\uFEFF") ? 1 : 0).lines().toList());
        } catch (CharacterCodingException e) {
            throw new IOException(name + ": must be UTF-8 text; it is not from byte " + in.position() + " on", e);
        }
    }

    /// Passes each text's vector on, in order, and shows the progress.
    void encode(Function<List<String>, float[][]> encoder, Reader reader) {
        try (var progress = Progress.of("embed", "text", list.size(), list.size() <= PORTION)) {
            boolean wanted = true;
            for (int from = 0; wanted && from < list.size(); from += PORTION) {
                float[][] vectors = encoder.apply(list.subList(from, Math.min(from + PORTION, list.size())));
                for (int i = 0; wanted && i < vectors.length; i++) {
                    wanted = reader.read(from + i, vectors[i]);
                    progress.step();
                }
            }
        }
    }
}
