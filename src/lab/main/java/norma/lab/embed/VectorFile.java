package norma.lab.embed;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import norma.embeddings.EncoderIdentity;
import norma.io.AtomicFile;
import norma.io.CorruptFileException;
import norma.io.Utf8;
import norma.lab.console.Json;

/// A file of vectors that is there when it is whole. It grows beside its place, in `FILE.part`. Once a second `FILE.part.json` says what
/// of it has reached the disk, so that another run can go on where one was killed: the result has the same bytes as if nothing had
/// stopped it.
final class VectorFile implements Closeable {
    private static final long EVERY = Duration.ofSeconds(1).toNanos();

    /// What of the file is there, and what it was made of.
    ///
    /// @param texts how many of them are done
    /// @param bytes how long the file is with them
    /// @param checksum of these texts
    private record State(String format, Map<String, String> encoder, long texts, long bytes, long checksum) {
    }

    private final Path file;
    private final VectorFormat format;
    private final EncoderIdentity encoder;
    private final int dimensions;
    private final FileChannel channel;
    private final CRC32C checksum = new CRC32C();
    private Optional<State> state;
    private long texts;
    private long saved = System.nanoTime();

    /// Begins a file, or goes on with one.
    ///
    /// @param resume whether to go on with what an interrupted run left, if it left something
    /// @throws IllegalArgumentException if it left something and `resume` is false, or other options made it
    VectorFile(Path file, VectorFormat format, EncoderIdentity encoder, int dimensions, boolean resume)
            throws IOException {
        this.file = file;
        this.format = format;
        this.encoder = encoder;
        this.dimensions = dimensions;
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException("--out must be a file; %s is a folder".formatted(file));
        }
        this.state = Files.exists(part()) ? readState() : Optional.empty();
        if (state.isPresent()) {
            check(state.get(), resume);
        }
        this.channel = FileChannel.open(part(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            begin();
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    private Path part() {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    private Path stateFile() {
        return file.resolveSibling(file.getFileName() + ".part.json");
    }

    private Optional<State> readState() throws IOException {
        if (!Files.exists(stateFile())) {
            return Optional.empty();
        }
        try {
            State read = new Gson().fromJson(Utf8.read(stateFile()), State.class);
            if (read.format != null && read.encoder != null && read.texts > 0 && read.bytes > 0
                    && read.bytes <= Files.size(part())) {
                return Optional.of(read);
            }
        } catch (JsonParseException | NullPointerException _) {
            // refused below
        }
        throw new CorruptFileException(stateFile(),
                "must say how much of %s is there; it doesn't; delete both".formatted(part()));
    }

    private void check(State left, boolean resume) {
        if (!resume) {
            throw new IllegalArgumentException(
                    "%s: must not be there; a run that was interrupted left the vectors of %,d texts in it; go on with --resume, or delete it"
                            .formatted(part(), left.texts));
        }
        if (!left.format.equals(format.toString())) {
            throw new IllegalArgumentException("--resume must go on with the same --format; %s is %s, this is %s"
                    .formatted(part(), left.format, format));
        }
        new EncoderIdentity(left.encoder).difference(encoder).ifPresent(difference -> {
            throw new IllegalArgumentException(
                    "--resume must go on with the same model and options; %s was %s".formatted(part(), difference));
        });
    }

    private void begin() throws IOException {
        try {
            if (channel.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException(part() + ": another run is writing it; wait, or take another --out", e);
        }
        if (state.isPresent()) {
            channel.truncate(state.get().bytes).position(state.get().bytes);
        } else {
            channel.truncate(0);
            AtomicFile.writeAll(channel, format.header(0, dimensions));
        }
    }

    /// Takes the texts that are done already, which must be those that they were.
    ///
    /// @return how many there are
    long skip(Texts source) {
        long done = state.map(State::texts).orElse(0L);
        while (texts < done && source.hasNext()) {
            count(source.skip());
        }
        if (texts < done || done > 0 && checksum.getValue() != state.get().checksum) {
            throw new IllegalArgumentException(
                    "--resume must go on with the same texts; the first %,d are not those that %s was made of"
                            .formatted(done, part()));
        }
        return done;
    }

    private void count(String text) {
        texts++;
        checksum.update(Utf8.encode(text));
        checksum.update('\n');
    }

    /// Adds rows.
    void write(List<String> portion, float[][] vectors) throws IOException {
        try {
            AtomicFile.writeAll(channel, format.rows(portion, vectors));
            portion.forEach(this::count);
            if (state.isEmpty() || System.nanoTime() - saved > EVERY) {
                save();
            }
        } catch (IOException e) {
            throw new IOException("%s: can't be written; %s; when that is mended, --resume goes on behind text %,d"
                    .formatted(part(), e.getMessage(), state.map(State::texts).orElse(0L)), e);
        }
    }

    /// The rows first, so that what the other file says of them is true whatever happens.
    private void save() throws IOException {
        channel.force(false);
        state = Optional
                .of(new State(format.toString(), encoder.facts(), texts, channel.position(), checksum.getValue()));
        AtomicFile.write(stateFile(), Json.line(state.get()));
        saved = System.nanoTime();
    }

    /// Ends the file and puts it in its place.
    ///
    /// @return how many rows it has
    long finish() throws IOException {
        AtomicFile.writeAll(channel.position(0), format.header(texts, dimensions));
        channel.force(true);
        Files.move(part(), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(stateFile());
        return texts;
    }

    /// Leaves what another run can go on with; where there is nothing of that kind, nothing.
    @Override
    public void close() throws IOException {
        channel.close();
        if (state.isEmpty()) {
            Files.deleteIfExists(part());
        }
    }
}
