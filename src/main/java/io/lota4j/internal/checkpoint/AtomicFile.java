package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalLong;

/// Writes that are seen whole or not at all: to a hidden temporary sibling, to the disk, then renamed.
///
/// When the writer fails, the temporary is deleted and what was there before stays. A killed process may leave a
/// temporary named `.NAME.HEX.tmp`, which the next one that writes the same removes, but never half a file under the
/// real name.
///
/// Links are followed and stay links. A file that is replaced keeps its mode, and its owner where that is allowed. A
/// device, a FIFO or an open file of a process (`/dev/stdout`) is written through. A file that no other can be renamed
/// to, because it is a mount of its own or its directory is write-protected, is written in place.
///
/// An interrupt of the calling thread spoils nothing: what is written is written to its end, on a thread of its own.
public final class AtomicFile {
    /// The directory, in one that exists already, in which what is to be in it is made bit by bit.
    public static final String UNFINISHED = ".unfinished.partial";

    private AtomicFile() {}

    /// Writes a file of unknown length.
    ///
    /// @param target the file; its directory is created when missing, an older file is replaced
    /// @param body writes the content to a new, empty channel that can also be read and mapped
    /// @throws LotaException when writing fails, with the path and, for a full disk, what is free
    public static void write(Path target, IOConsumer<FileChannel> body) {
        uninterrupted(() -> Writing.of(target, OptionalLong.empty()).write(body));
    }

    /// Writes a file of known length.
    ///
    /// @param needed bytes that the file will have, said when the disk is full
    /// @throws LotaException when writing fails, with the path and, for a full disk, what was needed and is free
    public static void write(Path target, long needed, IOConsumer<FileChannel> body) {
        uninterrupted(() -> Writing.of(target, OptionalLong.of(needed)).write(body));
    }

    /// Writes a text in UTF-8.
    ///
    /// @throws LotaException as [#write(Path, long, IOConsumer)] does
    public static void write(Path target, String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        write(target, bytes.remaining(), channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /// Writes a text in UTF-8 to a file that only its owner may read, where the file system knows owners.
    ///
    /// @throws LotaException when writing fails, with the path; the message does not quote the text
    public static void writePrivate(Path target, String text) {
        try {
            Path real = RealPath.of(target);
            try (Temporary temporary = Temporary.of(real)) {
                Path part = temporary.path();
                try {
                    Files.createFile(part, ownersAlone(RealPath.parent(real)));
                    Files.writeString(part, text);
                    sync(part);
                    Files.move(part, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(part);
                }
            }
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be written: %s", target, FileKind.reason(e)), e);
        }
    }

    private static FileAttribute<?>[] ownersAlone(Path folder) {
        return Files.getFileAttributeView(folder, PosixFileAttributeView.class) == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                };
    }

    /// Removes a file that [#write] writes, and what killed processes left that wrote it; either need not be there.
    public static void delete(Path target) throws IOException {
        Path real = RealPath.of(target);
        Files.deleteIfExists(target);
        Temporary.removeLeft(real);
    }

    /// Writes a directory. One that exists is filled where it is, for it may be a mount; its files come under their
    /// names when all are written.
    ///
    /// @param target a directory that is empty, or does not exist; its parent is created when missing
    /// @param needed bytes that its files will have, said when the disk is full
    /// @param body fills a new, empty directory
    /// @throws LotaException when the directory is not empty, or writing fails, with the path and, for a full disk,
    ///     what was needed and is free
    public static void writeDirectory(Path target, long needed, IOConsumer<Path> body) {
        writeDirectory(target, OptionalLong.of(needed), body);
    }

    /// Writes a directory whose files are of unknown length; see [#writeDirectory(Path, long, IOConsumer)].
    public static void writeDirectory(Path target, IOConsumer<Path> body) {
        writeDirectory(target, OptionalLong.empty(), body);
    }

    private static void writeDirectory(Path target, OptionalLong needed, IOConsumer<Path> body) {
        requireEmpty(target);
        uninterrupted(() -> Writing.of(target, needed).directory(body));
    }

    private static void uninterrupted(Runnable writing) {
        try {
            Uninterrupted.call(() -> {
                writing.run();
                return writing;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Moves a directory that has been filled to where it belongs: by one rename, or, where a directory is already,
    /// entry by entry.
    ///
    /// @param from is gone then
    /// @param target does not exist or is empty
    public static void moveDirectory(Path from, Path target) throws IOException {
        Path real = RealPath.of(target);
        if (!Files.exists(real)) {
            Files.move(from, real, StandardCopyOption.ATOMIC_MOVE);
            sync(RealPath.parent(real));
            return;
        }
        try (var entries = Files.list(from)) {
            for (Path entry : entries.sorted().toList()) {
                // Not atomic, so that a file that moves to another file system is copied.
                Files.move(entry, real.resolve(entry.getFileName()));
            }
        }
        Files.delete(from);
        syncTree(real);
    }

    /// Refuses a directory to write that has something in it.
    ///
    /// @throws LotaException when there is a file, or a directory that is not empty
    public static void requireEmpty(Path out) {
        Path real = RealPath.of(out);
        if (!Files.exists(real)) {
            return;
        }
        if (!Files.isDirectory(real)) {
            throw new LotaException(
                    Text.format("%s is a file; give a directory that does not exist or is empty.", out));
        }
        try (var entries = Files.list(real)) {
            // In a new file system there is one directory already, and a killed process may have left what it wrote.
            if (!entries.allMatch(entry -> entry.endsWith("lost+found")
                    || entry.endsWith(UNFINISHED)
                    || Temporary.belongs(entry.getFileName(), Writing.inside(real)))) {
                throw new LotaException(
                        Text.format("%s is not empty; give a directory that does not exist or is empty.", out));
            }
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be listed: %s", out, e.getMessage()), e);
        }
    }

    /// Refuses, before there is anything to lose, a file that [#write] could not write.
    ///
    /// @throws LotaException when its directory is missing, or file or directory cannot be written
    public static void requireWritable(Path target) {
        Path real = RealPath.of(target);
        Path parent = RealPath.parent(real);
        if (Files.isDirectory(real)) {
            throw new LotaException(target + ": is a folder; expected the name of a file to write.");
        }
        if (!Files.exists(real) && !Files.isDirectory(parent)) {
            throw new LotaException(Text.format("%s: cannot be written: there is no folder %s.", target, parent));
        }
        if (Files.exists(real) && !Files.isWritable(real)) {
            throw new LotaException(target + ": cannot be written: it is write-protected.");
        }
        if (!Files.exists(real)) {
            Writing.of(target, OptionalLong.empty()).requireFilesIn(parent);
        }
    }

    /// Refuses, before there is anything to lose, a directory that nothing can be written in.
    ///
    /// @param target a directory, or what is to become one
    /// @throws LotaException when it, or the nearest directory above it that exists, is a file or cannot be written
    public static void requireWritableDirectory(Path target) {
        Path there = RealPath.of(target);
        while (!Files.exists(there)) {
            there = RealPath.parent(there);
        }
        if (!Files.isDirectory(there)) {
            throw new LotaException(Text.format("%s: cannot be written: %s is a file, not a folder.", target, there));
        }
        Writing.of(target, OptionalLong.empty()).requireFilesIn(there);
    }

    /// Copies a file from a position to its end, to where another one stands. A transfer may move less than it was
    /// asked to.
    ///
    /// @param position from 0
    public static void copyRest(FileChannel in, long position, FileChannel out) throws IOException {
        long at = position;
        while (at < in.size()) {
            at += in.transferTo(at, in.size() - at, out);
        }
    }

    static void sync(Path file) throws IOException {
        // A directory may be writable only.
        if (Files.isReadable(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /// Sees to it that a directory and everything in it is on the disk.
    public static void syncTree(Path root) throws IOException {
        for (Path file : walk(root)) {
            sync(file);
        }
    }

    /// Removes a file, or a directory and everything in it, if it is there.
    public static void deleteTree(Path root) throws IOException {
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            for (Path file : walk(root).reversed()) {
                Files.delete(file);
            }
        }
    }

    private static List<Path> walk(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.toList();
        }
    }
}
