package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.IOConsumer;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.Shards;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// A copy of a model directory that differs in the elements of a ticket, and perhaps in the type of all weights.
///
/// Where the type stays, whole tensors go through a buffer to their place in a copy of their file: headers, shards and
/// other tensors stay as they are, and a disk that fills up is an error, not a fault in a mapped file.
///
/// @param types the type of each tensor in the copy
/// @param mostBytes of a weight file: where one would be larger, all tensors are spread anew
/// @param restores whether the copy is the ticket's base again
/// @param patch what is done to the tensors of the ticket
public record PatchedCopy(
        Checkpoint source,
        Ticket ticket,
        Function<TensorInfo, DType> types,
        long mostBytes,
        boolean restores,
        Patch patch) {
    /// What is done to the elements of a tensor that are in a ticket.
    @FunctionalInterface
    public interface Patch {
        /// Changes a tensor.
        ///
        /// @param source all elements, as they are
        /// @param type of the copy
        /// @param target the same elements in that type; those in the ticket are changed
        void patch(TicketTensor tensor, MemorySegment source, DType type, MemorySegment target);
    }

    /// Refuses, before there is anything to lose, a place for a copy.
    ///
    /// @throws io.lota4j.LotaException when it is not empty, is the directory that is copied or in it, or cannot be
    ///     written
    public static void requirePlace(Path source, Path out) {
        AtomicFile.requireEmpty(out);
        new Claims().reads("the copy", source).fills("the model", out).check();
        AtomicFile.requireWritableDirectory(out);
    }

    /// Writes the copy.
    ///
    /// @param out a directory that [#requirePlace] takes
    /// @param finish adds to the copy, or refuses it, before it takes its place
    /// @return names of files and folders beside the weights that were left out
    public List<String> write(Path out, IOConsumer<Path> finish) {
        ModelFiles files = ModelFiles.beside(source);
        AtomicFile.writeDirectory(out, bytes(), copy -> {
            for (Path file : files.kept()) {
                copyFile(file, copy.resolve(file.getFileName()));
            }
            if (isSpreadAnew()) {
                writeSpread(copy);
            } else {
                for (Path shard : source.shardFiles()) {
                    writeShard(shard, copy.resolve(shard.getFileName()));
                }
            }
            OutputType.adapt(this, copy);
            TiedHead.adapt(source, copy, restores);
            finish.accept(copy);
        });
        return files.leftNames();
    }

    /// What the weights of the copy take.
    long bytes() {
        return source.tensors().values().stream().mapToLong(this::bytes).sum();
    }

    /// Not `Files.copy`, which would make a write-protected file's copy write-protected before it is patched.
    static void copyFile(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            AtomicFile.copyRest(in, 0, out);
        }
    }

    boolean converts(TensorInfo info) {
        return types.apply(info) != info.dtype();
    }

    private long bytes(TensorInfo info) {
        return types.apply(info).bytes(info.shape().numel());
    }

    /// The tensors of a weight file, in its order.
    private List<TensorInfo> tensors(Path shard) {
        return source.tensors().values().stream()
                .filter(info -> source.shardOf(info.name()).equals(shard))
                .sorted(Comparator.comparingLong(TensorInfo::offset))
                .toList();
    }

    /// Whether a weight file would be too large, and could be smaller.
    boolean isSpreadAnew() {
        return source.shardFiles().stream()
                .map(this::tensors)
                .anyMatch(tensors -> tensors.size() > 1
                        && tensors.stream().mapToLong(this::bytes).sum() > mostBytes);
    }

    private void writeSpread(Path copy) throws IOException {
        List<TensorInfo> all = source.shardFiles().stream()
                .flatMap(shard -> tensors(shard).stream())
                .toList();
        List<List<TensorInfo>> groups = Shards.split(all, this::bytes, mostBytes);
        Map<String, String> shardOf = new TreeMap<>();
        for (int i = 0; i < groups.size(); i++) {
            List<TensorInfo> group = groups.get(i);
            String name = Shards.name(i + 1, groups.size());
            group.forEach(info -> shardOf.put(info.name(), name));
            Map<String, String> metadata =
                    OutputType.metadata(this, source.shardOf(group.getFirst().name()), group);
            metadata.putIfAbsent("format", "pt");
            writeConverted(group, metadata, copy.resolve(name));
        }
        Files.writeString(copy.resolve(Checkpoint.INDEX), Shards.index(shardOf, bytes()));
    }

    private void writeConverted(List<TensorInfo> tensors, Map<String, String> metadata, Path copy) {
        List<TensorSource> converted = new ArrayList<>();
        tensors.forEach(info -> converted.add(
                new TensorSource(info.name(), types.apply(info), info.shape(), target -> fill(info, target))));
        SafetensorsWriter.write(copy, metadata, converted);
    }

    private void writeShard(Path shard, Path copy) throws IOException {
        List<TensorInfo> tensors = tensors(shard);
        Map<String, String> metadata = OutputType.metadata(this, shard, tensors);
        if (tensors.stream().anyMatch(this::converts) || !metadata.equals(source.metadata(shard))) {
            writeConverted(tensors, metadata, copy);
        } else {
            long moved = FormatMark.copy(shard, source.metadata(shard), copy, restores);
            patchAll(tensors, copy, moved);
        }
    }

    private void fill(TensorInfo info, MemorySegment target) {
        MemorySegment elements = source.bytes(info.name());
        DType type = types.apply(info);
        Floats.convert(info.dtype(), elements, type, target);
        TicketTensor tensor = ticket.tensors().get(info.name());
        if (tensor != null) {
            patch.patch(tensor, elements, type, target);
        }
        elements.unload();
    }

    /// @param moved by how many bytes the tensors lie elsewhere than in the source
    private void patchAll(List<TensorInfo> tensors, Path copy, long moved) throws IOException {
        List<TensorInfo> touched = tensors.stream().filter(this::isTouched).toList();
        long largest = touched.stream().mapToLong(TensorInfo::bytes).max().orElse(0);
        try (Arena arena = Arena.ofShared();
                FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            MemorySegment buffer = arena.allocate(largest, Long.BYTES);
            for (TensorInfo info : touched) {
                MemorySegment elements = buffer.asSlice(0, info.bytes());
                fill(info, elements);
                writeAt(channel, info.offset() + moved, elements);
            }
        }
    }

    private boolean isTouched(TensorInfo info) {
        TicketTensor tensor = ticket.tensors().get(info.name());
        return tensor != null && tensor.nnz() > 0;
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

    /// A file of the source that holds the index of its shards, where there is one.
    Path index() {
        return source.directory().resolve(Checkpoint.INDEX);
    }

    boolean isIndexed() {
        return !isSpreadAnew()
                && !source.shardFiles().contains(source.directory().resolve(Checkpoint.SINGLE))
                && Files.exists(index());
    }
}
