package io.lota4j.internal.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.memory.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/// A contiguous tensor's memory, or a part of it, on a device whose memory Java cannot read. What is lent is a copy.
final class TensorBuffer implements Buffer {
    private final Torch torch;
    private final PtNDArray tensor;
    /// Of its first byte in the tensor's memory.
    private final long offset;
    private final long bytes;

    TensorBuffer(Torch torch, PtNDArray tensor) {
        this(torch, tensor, 0, Torch.bytes(tensor));
    }

    private TensorBuffer(Torch torch, PtNDArray tensor, long offset, long bytes) {
        this.torch = torch;
        this.tensor = tensor;
        this.offset = offset;
        this.bytes = bytes;
    }

    @Override
    public Device device() {
        return torch.device().device();
    }

    @Override
    public long byteSize() {
        return bytes;
    }

    @Override
    public long address() {
        return torch.device().address().applyAsLong(tensor) + offset;
    }

    @Override
    public Buffer slice(long from, long size) {
        Objects.checkFromIndexSize(from, size, bytes);
        return new TensorBuffer(torch, tensor, offset + from, size);
    }

    @Override
    public void zero() {
        if (bytes > 0) {
            try (PtNDManager scope = torch.scope()) {
                torch.run(scope, "zero", part(scope));
            }
        }
    }

    @Override
    public void read(Consumer<? super MemorySegment> reader) {
        try (PtNDManager scope = torch.scope()) {
            lend(copy(scope), memory -> reader.accept(memory.asReadOnly()));
        }
    }

    @Override
    public void write(Consumer<? super MemorySegment> writer) {
        change(this::room, writer);
    }

    @Override
    public void update(Consumer<? super MemorySegment> writer) {
        change(this::copy, writer);
    }

    /// @param lent makes the host's memory that the writer gets
    private void change(Function<PtNDManager, PtNDArray> lent, Consumer<? super MemorySegment> writer) {
        try (PtNDManager scope = torch.scope()) {
            PtNDArray host = lent.apply(scope);
            lend(host, writer);
            take(host, scope);
        }
    }

    /// Until the borrower returns: whoever kept the memory gets an exception.
    private static void lend(PtNDArray host, Consumer<? super MemorySegment> borrower) {
        try (Arena until = Arena.ofShared()) {
            borrower.accept(Torch.memory(host).reinterpret(until, null));
        }
    }

    private PtNDArray copy(PtNDManager scope) {
        PtNDArray host = room(scope);
        if (bytes > 0) {
            torch.run(scope, "copy", host, part(scope));
        }
        return host;
    }

    /// As much memory of the host, with undefined content.
    private PtNDArray room(PtNDManager scope) {
        Shape elements = new Shape(bytes / width());
        return JniUtils.createEmptyNdArray(
                scope, elements, tensor.getDataType(), ai.djl.Device.cpu(), SparseFormat.DENSE);
    }

    private void take(PtNDArray host, PtNDManager scope) {
        if (bytes > 0) {
            torch.run(scope, "copy", part(scope), host);
        }
    }

    /// The part as a view of one dimension.
    private PtNDArray part(PtNDManager scope) {
        PtNDArray flat = JniUtils.reshape(tensor, new long[] {-1});
        flat.attach(scope);
        PtNDArray part = JniUtils.slice(flat, 0, offset / width(), (offset + bytes) / width(), 1);
        part.attach(scope);
        return part;
    }

    private long width() {
        return tensor.getDataType().getNumOfBytes();
    }
}
