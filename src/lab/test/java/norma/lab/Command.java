package norma.lab;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// One call of `norma`, with what it printed.
public record Command(int code, String out, String err) {

    public static Command run(Object... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Command(code, out.toString(), err.toString());
    }

    /// Standard output as the one JSON object it must be.
    public JsonObject json() {
        return JsonParser.parseString(out).getAsJsonObject();
    }

    /// A text of many different lines.
    public static Path corpus(Path folder) {
        var text = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            text.append(i).append(" sheep and ").append(i * i % 97).append(" dogs went over the hill\n");
        }
        try {
            return Files.writeString(folder.resolve("sheep.txt"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
