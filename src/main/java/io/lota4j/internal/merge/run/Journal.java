package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/// What an unfinished merge has finished: a JSON object on each line, the merge's identity first. A line that was cut
/// off, and all behind it, does not count. One process at a time may hold a journal.
final class Journal implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private final FileChannel channel;
    private final Map<String, Entry> finished = new HashMap<>();

    /// A tensor that has been written.
    ///
    /// @param tensor its name
    /// @param bytes its length
    /// @param block bytes of the blocks that the digest is made from
    /// @param digest see [Blocks]
    /// @param rounding of its weights
    record Entry(String tensor, long bytes, int block, int digest, Rounding rounding) {
        Entry {
            // A line without them is no entry.
            Objects.requireNonNull(tensor);
            Objects.requireNonNull(rounding);
        }
    }

    /// The first line.
    ///
    /// @param merge a digest of all that the merge depends on
    /// @param recipe a digest of what it is to do, but for its models' files; null where it was not kept
    private record Start(String merge, @Nullable String recipe) {
        Start {
            Objects.requireNonNull(merge);
        }
    }

    private Journal(FileChannel channel) {
        this.channel = channel;
    }

    /// Opens a journal, a new one if there is none.
    ///
    /// @param merge identity of the merge
    /// @throws LotaException when another process holds it, or when it is another merge's
    static Journal open(Path file, MergeIdentity merge) throws IOException {
        Journal journal = new Journal(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        boolean opened = false;
        try {
            journal.lock(file);
            journal.read(file, merge);
            opened = true;
            return journal;
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    private void lock(Path file) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new LotaException(file.getParent() + ": another process is merging there; wait until it is done.");
        }
    }

    private void read(Path file, MergeIdentity merge) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            continue;
        }
        String text = new String(bytes.array(), StandardCharsets.UTF_8);
        List<String> lines =
                List.of(text.substring(0, text.lastIndexOf('\n') + 1).split("\n"));
        long length = 0;
        if (!lines.getFirst().isEmpty()) {
            length = requireSame(file, merge, lines.getFirst());
            for (String line : lines.subList(1, lines.size())) {
                @Nullable Entry entry = entry(line);
                if (entry == null) {
                    break;
                }
                finished.put(entry.tensor(), entry);
                length += bytes(line).length;
            }
        }
        channel.truncate(length).position(length);
        if (length == 0) {
            write(new Start(merge.all(), merge.recipe()));
        }
    }

    private static long requireSame(Path file, MergeIdentity merge, String line) {
        Start start = start(line);
        if (start == null || !start.merge().equals(merge.all())) {
            boolean changed = start != null && merge.recipe().equals(start.recipe());
            throw new UnfinishedMerge(Text.format(
                    changed
                            ? "%s: a merge by the same recipe was left unfinished there, but its models or the version"
                                    + " have changed since: it can no longer be finished. Begin anew."
                            : "%s: another merge was left unfinished there: recipe, models or version are not the"
                                    + " same. Finish that one, or begin anew.",
                    file.getParent()));
        }
        return bytes(line).length;
    }

    private static @Nullable Start start(String line) {
        try {
            return JSON.readValue(line, Start.class);
        } catch (JacksonException e) {
            // Whatever it is, it is no merge that could go on.
            return null;
        }
    }

    /// Makes sure that no other process writes by a journal.
    ///
    /// @throws LotaException when one does
    static void requireIdle(Path file) throws IOException {
        try (Journal journal = new Journal(FileChannel.open(file, StandardOpenOption.WRITE))) {
            journal.lock(file);
        }
    }

    private static @Nullable Entry entry(String line) {
        try {
            return JSON.readValue(line, Entry.class);
        } catch (JacksonException e) {
            // A line that a crash left half written: what follows it is not known to be whole either.
            return null;
        }
    }

    private static byte[] bytes(String line) {
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// What was finished when the journal was opened.
    Map<String, Entry> finished() {
        return finished;
    }

    /// Notes that a tensor has been written.
    void add(Entry entry) throws IOException {
        write(entry);
    }

    private void write(Object line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(JSON.writeValueAsString(line)));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
