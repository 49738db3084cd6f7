package norma.lab.console;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonSerializer;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Optional;

/// Results as JSON. Records become objects; NaN and infinities, which JSON does not have, become null, and so does what is absent.
public final class Json {
    private static final TypeAdapter<Double> FINITE = new TypeAdapter<>() {
        @Override
        public void write(JsonWriter out, Double value) throws IOException {
            if (value == null || !Double.isFinite(value)) {
                out.nullValue();
            } else {
                out.value(value);
            }
        }

        @Override
        public Double read(JsonReader in) throws IOException {
            return in.nextDouble();
        }
    };

    private static final GsonBuilder FORMAT = new GsonBuilder().serializeNulls()
            .registerTypeAdapter(double.class, FINITE).registerTypeAdapter(Double.class, FINITE)
            .registerTypeAdapter(Optional.class, (JsonSerializer<Optional<?>>) (value, _, context) -> value
                    .map(context::serialize).orElse(JsonNull.INSTANCE));
    private static final Gson LINE = FORMAT.create();
    private static final Gson PAGE = FORMAT.setPrettyPrinting().create();

    private Json() {
    }

    /// On one line.
    public static String line(Object value) {
        return LINE.toJson(value);
    }

    /// On many lines.
    public static String page(Object value) {
        return PAGE.toJson(value);
    }
}
