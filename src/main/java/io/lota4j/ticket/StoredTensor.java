package io.lota4j.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Floats;
import io.lota4j.checkpoint.SafetensorsLayout;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorSource;
import io.lota4j.mask.IndexSets;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A tensor's part of a ticket file.
///
/// @param base empty when the base's elements are not kept
record StoredTensor(TensorSource index, TensorSource delta, Optional<TensorSource> base) {
    static final String INDEX = ".index";
    static final String DELTA = ".delta";
    static final String BASE = ".base";

    static StoredTensor of(String name, TicketTensor tensor) {
        byte[] index = IndexSets.toBytes(tensor.index());
        Shape count = Shape.of(tensor.nnz());
        return new StoredTensor(
                TensorSource.ofBytes(name + INDEX, DType.U8, Shape.of(index.length), index),
                delta(name + DELTA, count, tensor),
                Optional.ofNullable(tensor.baseBits())
                        .map(bits -> TensorSource.ofBytes(name + BASE, tensor.baseType(), count, bits)));
    }

    private static TensorSource delta(String name, Shape count, TicketTensor tensor) {
        return tensor.valueType() == DType.F32
                ? TensorSource.ofFloats(name, count, tensor.values())
                : new TensorSource(
                        name,
                        tensor.valueType(),
                        count,
                        target -> Floats.fromF32(MemorySegment.ofArray(tensor.values()), tensor.valueType(), target));
    }

    Stream<TensorSource> sources() {
        return Stream.concat(Stream.of(index, delta), base.stream());
    }

    /// The most that a tensor can take: all of its weights change, and the base's elements are kept.
    static List<SafetensorsLayout.Entry> largest(String name, TensorLayout layout) {
        long count = layout.shape().numel();
        return List.of(
                new SafetensorsLayout.Entry(name + DELTA, DType.F32, Shape.of(count)),
                new SafetensorsLayout.Entry(name + BASE, layout.baseType(), Shape.of(count)),
                new SafetensorsLayout.Entry(name + INDEX, DType.U8, Shape.of(IndexSets.maxBytes(count))));
    }
}
