package norma.lab.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A report as one HTML file that holds its numbers, style, script and D3.
public final class Page {
    private static final String D3 = "META-INF/resources/webjars/d3/7.9.0/dist/d3.min.js";
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    private Page() {
    }

    /// Puts the parts where the template says `{{name}}`; `{{d3}}` is D3.
    ///
    /// @param template whole page
    /// @param parts HTML, scripts, styles; text must be escaped
    public static String fill(String template, Map<String, String> parts) {
        return PLACE.matcher(template).replaceAll(place -> Matcher.quoteReplacement(part(place.group(1), parts)));
    }

    private static String part(String name, Map<String, String> parts) {
        return name.equals("d3") ? text(Page.class.getClassLoader().getResourceAsStream(D3), D3) : parts.get(name);
    }

    /// Text as HTML that shows it.
    public static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /// A resource of the program as text.
    ///
    /// @param resource null if the build has left it out
    /// @param name for the message
    public static String text(InputStream resource, String name) {
        if (resource == null) {
            throw new IllegalStateException("Page: " + name + " is not on the module path or the class path");
        }
        try (resource) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
