package io.lota4j.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Floats;
import io.lota4j.checkpoint.SafetensorsFile;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorInfo;
import io.lota4j.mask.IndexSets;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Reads a ticket out of a checked safetensors file, checking what safetensors does not know of.
final class TicketReader {
    /// The longest array that every JVM can make.
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    private final SafetensorsFile file;
    private final TicketMetadata metadata;
    private final Set<String> unused;

    TicketReader(SafetensorsFile file) {
        this.file = file;
        this.metadata = TicketMetadata.parse(file.metadata(), file.path().toString());
        this.unused = new HashSet<>(file.tensors().keySet());
    }

    Ticket read() {
        Map<String, TicketTensor> tensors = new TreeMap<>();
        metadata.layouts().forEach((name, layout) -> tensors.put(name, tensor(name, layout)));
        if (!unused.isEmpty()) {
            throw new LotaException("%s: tensor `%s` belongs to none of the ticket's tensors."
                    .formatted(file.path(), unused.stream().sorted().findFirst().orElseThrow()));
        }
        Ticket ticket = ticket(tensors);
        if (ticket.nnz() != metadata.trainable()) {
            throw new LotaException("%s: metadata `trainable` is %d, but the index sets hold %d indices."
                    .formatted(file.path(), metadata.trainable(), ticket.nnz()));
        }
        return ticket;
    }

    private Ticket ticket(Map<String, TicketTensor> tensors) {
        try {
            return new Ticket(metadata.info(), tensors);
        } catch (LotaException e) {
            throw new LotaException("%s: %s".formatted(file.path(), e.getMessage()), e);
        }
    }

    private TicketTensor tensor(String name, TicketMetadata.Layout layout) {
        Shape shape = layout.shape();
        if (shape.numel() > IndexSets.MAX_ELEMENTS) {
            throw new LotaException("%s: tensor `%s` has %d elements, over the limit of %d for a ticket."
                    .formatted(file.path(), name, shape.numel(), IndexSets.MAX_ELEMENTS));
        }
        RoaringBitmap index = index(name + TicketFile.INDEX, shape.numel());
        long count = index.getLongCardinality();
        DType valueType = valueType(name + TicketFile.DELTA, count);
        float[] values = new float[Math.toIntExact(count)];
        Floats.toF32(valueType, file.bytes(name + TicketFile.DELTA), MemorySegment.ofArray(values));
        return new TicketTensor(
                shape, valueType, index, values, layout.baseType(), baseBits(name, layout.baseType(), count));
    }

    private RoaringBitmap index(String name, long elements) {
        TensorInfo info = take(name);
        requireType(info, info.dtype() == DType.U8, "U8");
        return IndexSets.fromBytes(file.bytes(name), elements, where(name));
    }

    private DType valueType(String name, long count) {
        TensorInfo info = take(name);
        requireType(info, info.dtype() == DType.F32 || info.dtype() == DType.BF16, "F32 or BF16");
        requireCount(info, count);
        return info.dtype();
    }

    private byte @Nullable [] baseBits(String name, DType baseType, long count) {
        if (!unused.contains(name + TicketFile.BASE)) {
            return null;
        }
        TensorInfo info = take(name + TicketFile.BASE);
        requireType(info, info.dtype() == baseType, baseType.name());
        requireCount(info, count);
        return file.bytes(info.name()).toArray(ValueLayout.JAVA_BYTE);
    }

    private TensorInfo take(String name) {
        TensorInfo info = file.info(name);
        unused.remove(name);
        if (info.bytes() > MAX_BYTES) {
            throw new LotaException(
                    "%s has %d bytes, over the limit of %d.".formatted(where(name), info.bytes(), MAX_BYTES));
        }
        return info;
    }

    private void requireType(TensorInfo info, boolean holds, String expected) {
        if (!holds) {
            throw new LotaException("%s must be %s, but is %s.".formatted(where(info.name()), expected, info.dtype()));
        }
    }

    private void requireCount(TensorInfo info, long count) {
        if (!info.shape().equals(Shape.of(count))) {
            throw new LotaException("%s has shape %s, but the index set holds %d indices."
                    .formatted(where(info.name()), info.shape(), count));
        }
    }

    private String where(String name) {
        return "%s: tensor `%s`".formatted(file.path(), name);
    }
}
