package io.lota4j.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/// Writes that are seen whole or not at all: to a hidden temporary sibling, to the disk, then renamed.
///
/// When the writer fails, the temporary is deleted and what was there before stays. A killed process may leave a
/// temporary named `.NAME.HEX.tmp`, but never half a file under the real name.
public final class AtomicFile {
    private AtomicFile() {}

    /// Writes a file of unknown length.
    ///
    /// @param target the file; its directory is created when missing, an older file is replaced
    /// @param body writes the content to a new, empty channel that can also be read and mapped
    /// @throws LotaException when writing fails, with the path and, for a full disk, what is free
    public static void write(Path target, IOConsumer<FileChannel> body) {
        write(target, OptionalLong.empty(), body);
    }

    /// Writes a file of known length.
    ///
    /// @param needed bytes that the file will have, said when the disk is full
    /// @throws LotaException when writing fails, with the path and, for a full disk, what was needed and is free
    public static void write(Path target, long needed, IOConsumer<FileChannel> body) {
        write(target, OptionalLong.of(needed), body);
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

    private static void write(Path target, OptionalLong needed, IOConsumer<FileChannel> body) {
        replace(target, needed, temporary -> {
            try (FileChannel channel = FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
                body.accept(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        });
    }

    /// Refuses a directory to write that has something in it.
    ///
    /// @throws LotaException when there is a file, or a directory that is not empty
    public static void requireEmpty(Path out) {
        if (!Files.exists(out)) {
            return;
        }
        if (!Files.isDirectory(out)) {
            throw new LotaException(
                    Text.format("%s is a file; give a directory that does not exist or is empty.", out));
        }
        try (var entries = Files.list(out)) {
            if (entries.findAny().isPresent()) {
                throw new LotaException(
                        Text.format("%s is not empty; give a directory that does not exist or is empty.", out));
            }
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be listed: %s", out, e.getMessage()), e);
        }
    }

    /// Writes a directory.
    ///
    /// A directory that is already there is replaced by two renames: a process killed between them leaves the old
    /// one under a temporary name, and none under the real name.
    ///
    /// @param target the directory; its parent is created when missing
    /// @param needed bytes that its files will have, said when the disk is full
    /// @param body fills a new, empty directory
    /// @throws LotaException when writing fails, with the path and, for a full disk, what was needed and is free
    public static void replaceDirectory(Path target, long needed, IOConsumer<Path> body) {
        replaceDirectory(target, OptionalLong.of(needed), body);
    }

    /// Writes a directory whose files are of unknown length; see [#replaceDirectory(Path, long, IOConsumer)].
    public static void replaceDirectory(Path target, IOConsumer<Path> body) {
        replaceDirectory(target, OptionalLong.empty(), body);
    }

    private static void replaceDirectory(Path target, OptionalLong needed, IOConsumer<Path> body) {
        replace(target, needed, temporary -> {
            Files.createDirectory(temporary);
            body.accept(temporary);
            syncTree(temporary);
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                return;
            }
            Path old = temporaryFor(target);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(old);
        });
    }

    private static void replace(Path target, OptionalLong needed, IOConsumer<Path> fillAndMove) {
        Path parent = parentOf(target);
        Path temporary = temporaryFor(target);
        try {
            try {
                Files.createDirectories(parent);
                fillAndMove.accept(temporary);
                sync(parent);
            } finally {
                deleteTree(temporary);
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, needed, "What was there before is unchanged.", e);
        }
    }

    private static Path parentOf(Path target) {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null) {
            throw new LotaException(Text.format("%s cannot be written: it is the root of the file system.", target));
        }
        return parent;
    }

    private static Path temporaryFor(Path target) {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return parentOf(target)
                .resolve(Text.format(".%s.%s.tmp", target.toAbsolutePath().getFileName(), random));
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
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
