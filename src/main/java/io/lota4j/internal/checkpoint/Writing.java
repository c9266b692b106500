package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One write of [AtomicFile].
///
/// @param target as it was given, for messages
/// @param real where it leads
/// @param needed bytes, if known
record Writing(Path target, Path real, OptionalLong needed) {
    private static final String UNCHANGED = "What was there before is unchanged.";

    /// Names of files end at 255 bytes, and a character may take three of them.
    private static final int LONGEST_NAME = 70;

    static Writing of(Path target, OptionalLong needed) {
        return new Writing(target, RealPath.of(target), needed);
    }

    void write(IOConsumer<FileChannel> body) {
        if (Files.isDirectory(real)) {
            throw new LotaException(target + " cannot be written: it is a directory.");
        }
        if (RealPath.isStream(real)) {
            through(body);
        } else {
            file(body);
        }
    }

    private void file(IOConsumer<FileChannel> body) {
        try {
            Files.createDirectories(RealPath.parent(real));
            // A rename would ask for no permission on the file that it replaces.
            if (Files.exists(real) && !Files.isWritable(real)) {
                throw new LotaException(target + " cannot be written: it is write-protected.");
            }
            try (Temporary temporary = Temporary.of(real)) {
                file(temporary.path(), body);
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, needed, UNCHANGED, e);
        }
    }

    private void file(Path temporary, IOConsumer<FileChannel> body) throws IOException {
        boolean filled = false;
        try {
            @Nullable FileChannel channel = open(temporary);
            if (channel == null) {
                inPlace(body);
                return;
            }
            try (channel) {
                body.accept(channel);
                channel.force(true);
                filled = true;
            }
            replace(temporary);
        } catch (IOException e) {
            if (filled) {
                throw lost(keptAs(temporary), e);
            }
            throw e;
        } finally {
            if (!filled) {
                delete(temporary);
            }
        }
    }

    /// @return null when the directory takes no new files, but the file is there
    private @Nullable FileChannel open(Path temporary) throws IOException {
        try {
            return FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
        } catch (FileSystemException e) {
            if (Files.exists(real)) {
                return null;
            }
            throw e;
        }
    }

    private void inPlace(IOConsumer<FileChannel> body) {
        try (FileChannel channel = FileChannel.open(
                real, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            body.accept(channel);
            channel.force(true);
        } catch (IOException e) {
            throw lost("What was there before is lost, for its directory takes no other file beside it.", e);
        }
    }

    private void replace(Path temporary) throws IOException {
        keepAttributes(temporary);
        try {
            Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // A file that is a mount is busy, and another user's in a directory of all stays.
            if (!Files.exists(real)) {
                throw e;
            }
            copy(temporary);
            Files.delete(temporary);
        }
        AtomicFile.sync(RealPath.parent(real));
    }

    private void copy(Path temporary) throws IOException {
        try (FileChannel in = FileChannel.open(temporary, StandardOpenOption.READ);
                FileChannel out =
                        FileChannel.open(real, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            AtomicFile.copyRest(in, 0, out);
            out.force(true);
        }
    }

    private void keepAttributes(Path temporary) throws IOException {
        @Nullable PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        if (view == null || !Files.exists(real)) {
            return;
        }
        PosixFileAttributes before = Files.readAttributes(real, PosixFileAttributes.class);
        try {
            if (!before.group().equals(view.readAttributes().group())) {
                view.setGroup(before.group());
            }
            if (!before.owner().equals(view.readAttributes().owner())) {
                view.setOwner(before.owner());
            }
        } catch (FileSystemException e) {
            // Only root may give files to others: then it is the writer's, as any new file.
            view.setPermissions(before.permissions());
            return;
        }
        view.setPermissions(before.permissions());
    }

    /// By way of a temporary file, for content need not come in its order.
    private void through(IOConsumer<FileChannel> body) {
        try {
            Path temporary = Files.createTempFile("lota", ".tmp");
            try (FileChannel channel = FileChannel.open(
                    temporary, StandardOpenOption.WRITE, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE)) {
                body.accept(channel);
                channel.position(0);
                try (OutputStream out = stream()) {
                    Channels.newInputStream(channel).transferTo(out);
                }
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, needed, "", e);
        }
    }

    private OutputStream stream() throws IOException {
        Path own = Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd");
        if (real.equals(own.resolve("1"))) {
            return new Shared(FileDescriptor.out);
        }
        if (real.equals(own.resolve("2"))) {
            return new Shared(FileDescriptor.err);
        }
        return RealPath.isDescriptor(real)
                ? Files.newOutputStream(real, StandardOpenOption.APPEND)
                : Files.newOutputStream(real, StandardOpenOption.WRITE);
    }

    /// An output of the process, which is still open when this is closed.
    private static final class Shared extends FileOutputStream {
        Shared(FileDescriptor output) {
            super(output);
        }

        @Override
        public void close() {}
    }

    /// @param body fills a new, empty directory
    void directory(IOConsumer<Path> body) {
        Path place = Files.exists(real) ? inside(real) : real;
        try {
            Files.createDirectories(RealPath.parent(place));
            try (Temporary temporary = Temporary.of(place)) {
                directory(temporary.path(), body);
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, needed, UNCHANGED, e);
        }
    }

    /// What is written for a directory in which it is written itself.
    static Path inside(Path directory) {
        return directory.resolve("lota");
    }

    private void directory(Path temporary, IOConsumer<Path> body) throws IOException {
        boolean filled = false;
        try {
            Files.createDirectory(temporary);
            body.accept(temporary);
            AtomicFile.syncTree(temporary);
            filled = true;
            AtomicFile.moveDirectory(temporary, real);
        } catch (IOException e) {
            if (filled) {
                throw lost(keptAs(temporary), e);
            }
            throw e;
        } finally {
            if (!filled) {
                delete(temporary);
            }
        }
    }

    private static String keptAs(Path temporary) {
        return Text.format("All of it is written already, as %s: move it from there.", temporary);
    }

    /// @param left a sentence that is said whatever the reason
    private LotaException lost(String left, IOException e) {
        String why = String.valueOf(WriteFailure.of(target, needed, "", e).getMessage())
                .strip();
        return new LotaException(Text.format("%s%s %s", why, why.endsWith(".") ? "" : ".", left), e);
    }

    private void delete(Path temporary) {
        try {
            AtomicFile.deleteTree(temporary);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be removed: %s", temporary, e.getMessage()), e);
        }
    }

    /// Refuses a directory that takes no new files. By trying: what permissions say does not hold of every file system.
    void requireFilesIn(Path directory) {
        Path probe = Temporary.name(directory.equals(real) ? inside(real) : directory.resolve(shortened(real)));
        try {
            Files.createFile(probe);
            // Another run may take it for what a killed one has left.
            Files.deleteIfExists(probe);
        } catch (AccessDeniedException e) {
            throw new LotaException(
                    Text.format("%s: cannot be written: no permission to write in %s.", target, directory), e);
        } catch (IOException e) {
            throw new LotaException(
                    Text.format(
                            "%s: cannot be written: no file can be made in %s: %s", target, directory, e.getMessage()),
                    e);
        }
    }

    /// A file's name, for the names of files that belong to it.
    static String shortened(Path real) {
        String name = String.valueOf(real.getFileName());
        return name.length() > LONGEST_NAME ? Text.format("lota-%08x", name.hashCode()) : name;
    }
}
