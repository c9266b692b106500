package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.ticket.TicketInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/// A ticket file, mapped into memory: opening reads its header, index sets and values are read when asked for.
///
/// Safe for use by many threads. Values must not be used after [#close()].
public final class MappedTicket implements AutoCloseable {
    private final SafetensorsFile file;
    private final TicketReader reader;
    private final SequencedMap<String, Shape> shapes;

    private MappedTicket(SafetensorsFile file) {
        this.file = file;
        this.reader = new TicketReader(file);
        TreeMap<String, Shape> sorted = new TreeMap<>();
        reader.layouts().forEach((name, layout) -> sorted.put(name, layout.shape()));
        this.shapes = Collections.unmodifiableSequencedMap(sorted);
    }

    /// Maps a ticket file and checks its header.
    ///
    /// @throws io.lota4j.LotaException when it is no ticket, is of a later format, or contradicts itself
    public static MappedTicket open(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        boolean opened = false;
        try {
            MappedTicket ticket = new MappedTicket(file);
            opened = true;
            return ticket;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /// The file.
    public Path path() {
        return file.path();
    }

    /// What the ticket is for and how it was made.
    public TicketInfo info() {
        return reader.info();
    }

    /// How many weights change.
    public long nnz() {
        return reader.nnz();
    }

    /// How many weights the pool has.
    public long poolSize() {
        return reader.poolSize();
    }

    /// The shapes of the pool's tensors, sorted by name.
    public SequencedMap<String, Shape> shapes() {
        return shapes;
    }

    /// What the base keeps a tensor of the pool as.
    public DType baseType(String name) {
        return reader.layout(name).baseType();
    }

    /// The flat indices of a tensor's changed weights; read and checked anew each time. The first time, all that the
    /// file has of the tensor is held against its checksum.
    ///
    /// @throws io.lota4j.LotaException when they are no valid set within the shape, or not as many as the
    ///     values, or when the tensor was damaged
    public RoaringBitmap index(String name) {
        return reader.index(name);
    }

    /// The flat indices of a tensor's changed weights, which stay in the file; checked as by [#index(String)].
    ///
    /// @throws io.lota4j.LotaException as [#index(String)] does
    public IndexBits bits(String name) {
        return reader.bits(name);
    }

    /// What the file keeps a tensor's deltas as: F32 or BF16.
    public DType valueType(String name) {
        return file.info(name + StoredTensor.DELTA).dtype();
    }

    /// The deltas of a tensor in index order: read-only, little-endian, unchecked, not necessarily aligned.
    public MemorySegment values(String name) {
        return file.bytes(name + StoredTensor.DELTA);
    }

    /// The base's own elements of a tensor's changed weights, in index order, as [#baseType(String)]; empty if the
    /// ticket keeps none.
    public Optional<MemorySegment> baseBits(String name) {
        String bits = name + StoredTensor.BASE;
        return file.tensors().containsKey(bits) ? Optional.of(file.bytes(bits)) : Optional.empty();
    }

    /// The tuned weights of a tensor that its deltas do not give, if there are any; read and checked anew each time.
    ///
    /// @throws io.lota4j.LotaException as [#index(String)] does
    public Optional<ExactValues> exact(String name) {
        return file.tensors().containsKey(name + StoredTensor.EXACT)
                ? reader.exact(name, index(name))
                : Optional.empty();
    }

    @Override
    public void close() {
        file.close();
    }
}
