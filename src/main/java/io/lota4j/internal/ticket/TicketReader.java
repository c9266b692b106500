package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checksum;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Reads a ticket out of a checked safetensors file, checking what safetensors does not know of.
public final class TicketReader {
    /// The longest array that every JVM can make.
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    private final SafetensorsFile file;
    private final TicketMetadata metadata;
    private final Set<String> verified = ConcurrentHashMap.newKeySet();

    /// Checks the header: every tensor is there in its type, and no other.
    public TicketReader(SafetensorsFile file) {
        this.file = file;
        this.metadata = TicketMetadata.parse(file.metadata(), file.path().toString());
        Set<String> unused = new HashSet<>(file.tensors().keySet());
        metadata.layouts().forEach((name, layout) -> checkHeader(name, layout, unused));
        if (!unused.isEmpty()) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' belongs to none of the ticket's tensors.",
                    file.path(), unused.stream().sorted().findFirst().orElseThrow()));
        }
    }

    private void checkHeader(String name, TensorLayout layout, Set<String> unused) {
        if (layout.shape().numel() > IndexSets.MAX_ELEMENTS) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' has %d elements, over the limit of %d for a ticket.",
                    file.path(), name, layout.shape().numel(), IndexSets.MAX_ELEMENTS));
        }
        TensorInfo index = take(name + StoredTensor.INDEX, unused);
        requireType(index, index.dtype() == DType.U8, "U8");
        TensorInfo delta = take(name + StoredTensor.DELTA, unused);
        requireType(delta, delta.dtype() == DType.F32 || delta.dtype() == DType.BF16, "F32 or BF16");
        if (unused.contains(name + StoredTensor.BASE)) {
            TensorInfo bits = take(name + StoredTensor.BASE, unused);
            requireType(
                    bits, bits.dtype() == layout.baseType(), layout.baseType().name());
        }
        if (unused.contains(name + StoredTensor.EXACT) || unused.contains(name + StoredTensor.EXACT_INDEX)) {
            TensorInfo exactIndex = take(name + StoredTensor.EXACT_INDEX, unused);
            requireType(exactIndex, exactIndex.dtype() == DType.U8, "U8");
            TensorInfo exact = take(name + StoredTensor.EXACT, unused);
            requireType(exact, TicketTensor.isBaseType(exact.dtype()), "F32, BF16 or F16");
        }
    }

    TicketInfo info() {
        return metadata.info();
    }

    long nnz() {
        return metadata.trainable();
    }

    long poolSize() {
        return metadata.weights();
    }

    SequencedMap<String, TensorLayout> layouts() {
        return metadata.layouts();
    }

    /// @throws IllegalArgumentException when the ticket has no such tensor
    TensorLayout layout(String name) {
        TensorLayout layout = metadata.layouts().get(name);
        if (layout == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return layout;
    }

    public Ticket read() {
        Map<String, TicketTensor> tensors = new TreeMap<>();
        metadata.layouts().forEach((name, layout) -> tensors.put(name, tensor(name, layout)));
        Ticket ticket = ticket(tensors);
        if (ticket.nnz() != metadata.trainable()) {
            throw new LotaException(Text.format(
                    "%s: metadata 'trainable' is %d, but the index sets hold %d indices.",
                    file.path(), metadata.trainable(), ticket.nnz()));
        }
        return ticket;
    }

    private Ticket ticket(Map<String, TicketTensor> tensors) {
        try {
            return new Ticket(metadata.info(), tensors);
        } catch (LotaException e) {
            throw new LotaException(Text.format("%s: %s", file.path(), e.getMessage()), e);
        }
    }

    private TicketTensor tensor(String name, TensorLayout layout) {
        RoaringBitmap index = index(name);
        TensorInfo delta = file.info(name + StoredTensor.DELTA);
        float[] values = new float[Math.toIntExact(index.getLongCardinality())];
        Floats.toF32(delta.dtype(), file.bytes(delta.name()), MemorySegment.ofArray(values));
        return new TicketTensor(
                layout.shape(),
                delta.dtype(),
                index,
                values,
                layout.baseType(),
                baseBits(name, values.length),
                exact(name, index).orElse(null));
    }

    /// Refuses contents that are not what was written. Files of older programs cannot tell.
    private void verify(String name) {
        String said = metadata.checksums().get(name);
        if (said == null || verified.contains(name)) {
            return;
        }
        Checksum checksum = new Checksum();
        List.of(StoredTensor.INDEX, StoredTensor.DELTA, StoredTensor.BASE, StoredTensor.EXACT_INDEX, StoredTensor.EXACT)
                .forEach(part -> {
                    if (file.tensors().containsKey(name + part)) {
                        checksum.add(file.bytes(name + part));
                    }
                });
        if (!checksum.hex().equals(said)) {
            throw TicketMetadata.damaged(where(name) + ": its contents");
        }
        verified.add(name);
    }

    /// The exact values of a tensor, if there are any.
    ///
    /// @param index all of its changed weights
    Optional<ExactValues> exact(String name, RoaringBitmap index) {
        if (!file.tensors().containsKey(name + StoredTensor.EXACT)) {
            return Optional.empty();
        }
        String key = name + StoredTensor.EXACT_INDEX;
        RoaringBitmap exact =
                IndexSets.fromBytes(file.bytes(key), layout(name).shape().numel(), where(key));
        if (exact.isEmpty() || !index.contains(exact)) {
            throw new LotaException(
                    Text.format("%s must hold some of the indices of '%s'.", where(key), name + StoredTensor.INDEX));
        }
        TensorInfo values = file.info(name + StoredTensor.EXACT);
        requireCount(values, exact.getLongCardinality());
        return Optional.of(
                new ExactValues(values.dtype(), exact, file.bytes(values.name()).toArray(ValueLayout.JAVA_BYTE)));
    }

    /// The index set of a tensor, for which there are as many deltas. All that the file has of the tensor is verified.
    RoaringBitmap index(String name) {
        verify(name);
        String key = name + StoredTensor.INDEX;
        RoaringBitmap index =
                IndexSets.fromBytes(file.bytes(key), layout(name).shape().numel(), where(key));
        requireCount(file.info(name + StoredTensor.DELTA), index.getLongCardinality());
        return index;
    }

    /// The index set of a tensor, for which there are as many deltas, in the file.
    IndexBits bits(String name) {
        verify(name);
        String key = name + StoredTensor.INDEX;
        long elements = layout(name).shape().numel();
        IndexBits bits = IndexBits.of(file.bytes(key), elements, where(key));
        requireCount(file.info(name + StoredTensor.DELTA), bits.rank(elements));
        return bits;
    }

    private byte @Nullable [] baseBits(String name, long count) {
        TensorInfo info = file.tensors().get(name + StoredTensor.BASE);
        if (info == null) {
            return null;
        }
        requireCount(info, count);
        return file.bytes(info.name()).toArray(ValueLayout.JAVA_BYTE);
    }

    private TensorInfo take(String name, Set<String> unused) {
        TensorInfo info = file.info(name);
        unused.remove(name);
        if (info.bytes() > MAX_BYTES) {
            throw new LotaException(
                    Text.format("%s has %d bytes, over the limit of %d.", where(name), info.bytes(), MAX_BYTES));
        }
        return info;
    }

    private void requireType(TensorInfo info, boolean holds, String expected) {
        if (!holds) {
            throw new LotaException(
                    Text.format("%s must be %s, but is %s.", where(info.name()), expected, info.dtype()));
        }
    }

    private void requireCount(TensorInfo info, long count) {
        if (!info.shape().equals(Shape.of(count))) {
            throw new LotaException(Text.format(
                    "%s has shape %s, but the index set holds %d indices.", where(info.name()), info.shape(), count));
        }
    }

    private String where(String name) {
        return Text.format("%s: tensor '%s'", file.path(), name);
    }
}
