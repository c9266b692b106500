package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checksum;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.SafetensorsLayout;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A tensor's part of a ticket file.
///
/// @param elements the base's own, if they are kept, and those that are exact, if there are any
/// @param indices of all changed weights, and of those that are exact, if there are any
/// @param checksum over all bytes: of index, delta, base, exact index and exact values, in this order
public record StoredTensor(
        TensorSource delta, List<TensorSource> elements, List<TensorSource> indices, String checksum) {
    static final String INDEX = ".index";
    static final String DELTA = ".delta";
    static final String BASE = ".base";
    static final String EXACT_INDEX = ".exact.index";
    static final String EXACT = ".exact.value";

    public static StoredTensor of(String name, TicketTensor tensor) {
        Shape count = Shape.of(tensor.nnz());
        MemorySegment index = MemorySegment.ofArray(IndexSets.toBytes(tensor.index()));
        MemorySegment delta = delta(tensor);
        Checksum checksum = new Checksum().add(index).add(delta);
        List<TensorSource> elements = new ArrayList<>();
        List<TensorSource> indices = new ArrayList<>(List.of(bytes(name + INDEX, index)));
        byte[] base = tensor.baseBits();
        if (base != null) {
            elements.add(TensorSource.ofBytes(name + BASE, tensor.baseType(), count, base));
            checksum.add(MemorySegment.ofArray(base));
        }
        ExactValues exact = tensor.exact();
        if (exact != null) {
            MemorySegment exactIndex = MemorySegment.ofArray(IndexSets.toBytes(exact.index()));
            indices.add(bytes(name + EXACT_INDEX, exactIndex));
            elements.add(TensorSource.ofBytes(name + EXACT, exact.type(), Shape.of(exact.count()), exact.bits()));
            checksum.add(exactIndex).add(MemorySegment.ofArray(exact.bits()));
        }
        return new StoredTensor(
                TensorSource.ofSegment(name + DELTA, tensor.valueType(), count, delta),
                List.copyOf(elements),
                List.copyOf(indices),
                checksum.hex());
    }

    private static TensorSource bytes(String name, MemorySegment bytes) {
        return TensorSource.ofSegment(name, DType.U8, Shape.of(bytes.byteSize()), bytes);
    }

    /// In the file's order of bytes, which is that of nearly all machines.
    private static MemorySegment delta(TicketTensor tensor) {
        MemorySegment values = MemorySegment.ofArray(tensor.values());
        if (tensor.valueType() == DType.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return values;
        }
        int size = tensor.valueType().size();
        MemorySegment stored = MemorySegment.ofArray(new byte[Math.multiplyExact(tensor.nnz(), size)]);
        for (int i = 0; i < tensor.nnz(); i++) {
            Floats.set(tensor.valueType(), stored, i, tensor.values()[i]);
        }
        return stored;
    }

    public Stream<TensorSource> sources() {
        return Stream.of(Stream.of(delta), elements.stream(), indices.stream()).flatMap(part -> part);
    }

    /// The most that a tensor can take: all of its weights change, the base's elements are kept, and so are exact ones.
    static List<SafetensorsLayout.Entry> largest(String name, TensorLayout layout) {
        long count = layout.shape().numel();
        return List.of(
                new SafetensorsLayout.Entry(name + DELTA, DType.F32, Shape.of(count)),
                new SafetensorsLayout.Entry(name + BASE, layout.baseType(), Shape.of(count)),
                new SafetensorsLayout.Entry(name + EXACT, DType.F32, Shape.of(count)),
                new SafetensorsLayout.Entry(name + INDEX, DType.U8, Shape.of(IndexSets.maxBytes(count))),
                new SafetensorsLayout.Entry(name + EXACT_INDEX, DType.U8, Shape.of(IndexSets.maxBytes(count))));
    }
}
