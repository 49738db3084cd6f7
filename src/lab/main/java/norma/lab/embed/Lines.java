package norma.lab.embed;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/// The lines of a text in UTF-8, read when they are asked for: as `String.lines` has them, which end with `\n`, `\r` or both, and
/// without a byte order mark. What is wrong with a line is thrown as `UncheckedIOException`.
final class Lines implements Iterator<String>, Closeable {
    private static final int BUFFER = 1 << 16;

    /// A text, not a file that happens to have no line breaks.
    private static final int LONGEST = 1 << 28;

    private final String name;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int limit;
    private byte[] line = new byte[256];
    private int length;
    private long number;
    private long consumed;
    private long begin;
    private boolean afterReturn;
    private String next;

    /// @param name for messages
    Lines(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /// How many lines there are until the end.
    static long count(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long count = 0;
        byte before = '\n';
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            for (int i = 0; i < length; i++) {
                byte b = buffer[i];
                count += b == '\r' || b == '\n' && before != '\r' ? 1 : 0;
                before = b;
            }
        }
        return before == '\n' || before == '\r' ? count : count + 1;
    }

    @Override
    public boolean hasNext() {
        try {
            if (next == null && fill()) {
                next = decode();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return next != null;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("Lines: all were taken");
        }
        String taken = next;
        next = null;
        return taken;
    }

    /// Reads the bytes of the next line; false at the end.
    private boolean fill() throws IOException {
        length = 0;
        number++;
        int b = read();
        if (afterReturn && b == '\n') {
            b = read();
        }
        afterReturn = false;
        if (b < 0) {
            return false;
        }
        begin = consumed - 1;
        for (; b >= 0 && b != '\n' && b != '\r'; b = read()) {
            append((byte) b);
        }
        afterReturn = b == '\r';
        return true;
    }

    private int read() throws IOException {
        if (at == limit) {
            at = 0;
            limit = Math.max(0, in.read(buffer));
            if (limit == 0) {
                return -1;
            }
        }
        consumed++;
        return buffer[at++] & 0xFF;
    }

    private void append(byte b) throws IOException {
        if (length == LONGEST) {
            throw new IOException("%s: a line must have at most %,d bytes; line %,d has more; is it text, a line each?"
                    .formatted(name, LONGEST, number));
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, 2 * length);
        }
        line[length++] = b;
    }

    private String decode() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line, 0, length);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return text.substring(number == 1 && text.startsWith("\uFEFF") ? 1 : 0);
        } catch (CharacterCodingException e) {
            throw new IOException("%s: must be UTF-8 text; it is not from byte %d on, in line %d".formatted(name,
                    begin + bytes.position(), number), e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
