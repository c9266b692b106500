package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.AtomicFile;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;

/// A copy of a model directory that differs only in the elements of a ticket.
///
/// Whole tensors go through a buffer to their place in the copy: headers, shards, dtypes and other tensors stay
/// as they are, and a disk that fills up is an error, not a fault in a mapped file.
final class PatchedCopy {
    private final Checkpoint source;
    private final Ticket ticket;

    PatchedCopy(Checkpoint source, Ticket ticket) {
        this.source = source;
        this.ticket = ticket;
    }

    void write(Path out, Patch patch) {
        AtomicFile.requireEmpty(out);
        requireOutside(out);
        List<Path> files = files();
        AtomicFile.writeDirectory(out, bytes(files), copy -> {
            for (Path file : files) {
                copyFile(file, copy.resolve(source.directory().relativize(file)));
            }
            patchAll(copy, patch);
            if (patch == Patch.RESTORE_BASE) {
                requireRestored(copy);
            }
        });
    }

    private void requireOutside(Path out) {
        Path from = source.directory().toAbsolutePath().normalize();
        if (out.toAbsolutePath().normalize().startsWith(from)) {
            throw new LotaException(Text.format(
                    "%s is inside %s, which is to be copied; give a directory elsewhere.", out, source.directory()));
        }
    }

    /// Every file below the directory; links are followed, for a model cache is made of them.
    private List<Path> files() {
        try (var walk = Files.walk(source.directory(), FileVisitOption.FOLLOW_LINKS)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be read: %s", source.directory(), e.getMessage()), e);
        }
    }

    private static long bytes(List<Path> files) {
        return files.stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /// Not `Files.copy`, which would make a write-protected file's copy write-protected before it is patched.
    private static void copyFile(Path from, Path to) throws IOException {
        Files.createDirectories(Objects.requireNonNull(to.getParent()));
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long position = 0;
            while (position < in.size()) {
                position += in.transferTo(position, in.size() - position, out);
            }
        }
    }

    private void patchAll(Path copy, Patch patch) throws IOException {
        long largest = ticket.tensors().keySet().stream()
                .mapToLong(name -> source.info(name).bytes())
                .max()
                .orElse(0);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(largest, Long.BYTES);
            for (var entry : ticket.tensors().entrySet()) {
                if (entry.getValue().nnz() > 0) {
                    patchOne(copy, entry.getKey(), entry.getValue(), patch, buffer);
                }
            }
        }
    }

    private void patchOne(Path copy, String name, TicketTensor tensor, Patch patch, MemorySegment buffer)
            throws IOException {
        TensorInfo info = source.info(name);
        MemorySegment elements = buffer.asSlice(0, info.bytes());
        elements.copyFrom(source.bytes(name));
        patch.patch(tensor, elements);
        Path shard = copy.resolve(source.directory().relativize(source.shardOf(name)));
        try (FileChannel channel = FileChannel.open(shard, StandardOpenOption.WRITE)) {
            writeAt(channel, info.offset(), elements);
        }
    }

    /// In slices, for a buffer ends at 2 GiB and a tensor may not.
    private static void writeAt(FileChannel channel, long offset, MemorySegment bytes) throws IOException {
        long slice = 1L << 30;
        for (long from = 0; from < bytes.byteSize(); from += slice) {
            ByteBuffer buffer = bytes.asSlice(from, Math.min(slice, bytes.byteSize() - from))
                    .asByteBuffer();
            while (buffer.hasRemaining()) {
                channel.write(buffer, offset + from + buffer.position());
            }
        }
    }

    private void requireRestored(Path copy) {
        try (Checkpoint restored = Checkpoint.open(copy)) {
            String found = restored.fingerprint().hex();
            if (!found.equals(ticket.info().base())) {
                throw new LotaException(Text.format(
                                "Without the ticket %s has fingerprint %s, but the ticket's base has %s; ",
                                source.directory(), found, ticket.info().base())
                        + "was another ticket applied there?");
            }
        }
    }
}
