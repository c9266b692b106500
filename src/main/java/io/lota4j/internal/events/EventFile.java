package io.lota4j.internal.events;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// A run's curves as an event file of TensorBoard, each step on its way to the disk as soon as it is added.
///
/// A directory may hold the files of several runs. What earlier ones say of the first step added here and of
/// later steps is forgotten by TensorBoard: a resumed run goes on with its curves, a run begun anew replaces
/// them.
public final class EventFile implements AutoCloseable {
    private final Path path;
    /// No channel: an interrupt of the thread that adds to one would close it.
    private final FileOutputStream out;

    private final InstantSource clock;
    private boolean started;

    private EventFile(Path path, FileOutputStream out, InstantSource clock) {
        this.path = path;
        this.out = out;
        this.clock = clock;
    }

    /// Starts a file `events.out.tfevents.SECONDS.HOST.N` in a directory, where N is the first number that is
    /// free.
    ///
    /// @param directory made when missing
    /// @throws LotaException if it cannot be made or written
    public static EventFile open(Path directory) {
        return open(directory, InstantSource.system());
    }

    /// As [#open(Path)], with times from a clock.
    static EventFile open(Path directory, InstantSource clock) {
        Instant now = clock.instant();
        String name = Text.format("events.out.tfevents.%010d.%s.", now.getEpochSecond(), host());
        try {
            Files.createDirectories(directory);
            EventFile file = create(directory, name, clock);
            file.write(Records.framed(Records.version(now)));
            return file;
        } catch (IOException e) {
            throw new LotaException(
                    Text.format("%s: no event file can be written there: %s", directory, problem(e)), e);
        }
    }

    private static EventFile create(Path directory, String name, InstantSource clock) throws IOException {
        for (int n = 0; ; n++) {
            Path path = directory.resolve(name + n);
            try {
                return new EventFile(Files.createFile(path), new FileOutputStream(path.toFile()), clock);
            } catch (FileAlreadyExistsException taken) {
                continue;
            }
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // The name only tells files of several machines apart.
            return "localhost";
        }
    }

    /// The file.
    public Path path() {
        return path;
    }

    /// Adds a step's points.
    ///
    /// @param step 1, 2, …; over those added before
    /// @throws LotaException if it cannot be written
    public void add(long step, List<Scalar> scalars) {
        Instant now = clock.instant();
        try {
            if (!started) {
                write(Records.framed(Records.start(now, step)));
                started = true;
            }
            write(Records.framed(Records.scalars(now, step, scalars)));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be written: %s", path, e.getMessage()), e);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    private static String problem(IOException e) {
        return e instanceof FileAlreadyExistsException ? "a file of that name is in the way." : e.getMessage() + ".";
    }

    /// @throws LotaException if the file cannot be closed
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be closed: %s", path, e.getMessage()), e);
        }
    }
}
