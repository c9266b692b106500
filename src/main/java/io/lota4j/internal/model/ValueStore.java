package io.lota4j.internal.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.lota4j.internal.checkpoint.ScratchFile;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.model.MemoryPolicy;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Where values are that a run keeps for each trained weight: in memory, or in a mapped file. A decoder makes it
/// ([Decoder#store]), as its [MemoryPolicy] says.
///
/// What is mapped counts as the process's memory only until its pages are given back, for which whoever is done with
/// values for a while calls [#rest].
public final class ValueStore {
    /// Each tensor begins with a page, so that no other's pages are given back with its.
    private static final long PAGE = 4096;

    private final Torch torch;
    private final PtNDManager scope;
    private final @Nullable MemorySegment file;
    private long taken;

    private ValueStore(Torch torch, PtNDManager scope, @Nullable MemorySegment file) {
        this.torch = torch;
        this.scope = scope;
        this.file = file;
    }

    /// In libtorch's memory, whose pages the process reuses.
    ///
    /// @param scope owns the values
    public static ValueStore inMemory(Torch torch, PtNDManager scope) {
        return new ValueStore(torch, scope, null);
    }

    /// In a file with enough room, which must stay open.
    static ValueStore in(ScratchFile file, Torch torch, PtNDManager scope) {
        return new ValueStore(torch, scope, file.memory());
    }

    /// Bytes of a file for tensors of so many elements of 4 bytes.
    static long bytes(LongStream counts) {
        return counts.map(count -> Math.ceilDiv(Float.BYTES * count, PAGE) * PAGE)
                .sum();
    }

    /// Whether it is in a file.
    boolean isMapped() {
        return file != null;
    }

    /// Values of one tensor.
    ///
    /// @param tensor as libtorch sees them
    /// @param memory the same, which can be given back by [#rest]
    public record Values(PtNDArray tensor, Buffer memory) {}

    /// A new F32 tensor, all zero.
    public Values floats(long... shape) {
        if (file == null) {
            PtNDArray tensor = Torch.floats(scope, shape);
            Buffer memory = torch.buffer(tensor);
            memory.zero();
            return new Values(tensor, memory);
        }
        MemorySegment memory = take(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        // The engine asks for the memory's address alone: a buffer ends at 2 GiB.
        MemorySegment start = memory.asSlice(0, Math.min(memory.byteSize(), PAGE));
        PtNDArray tensor = JniUtils.createNdFromByteBuffer(
                scope, start.asByteBuffer(), new Shape(shape), DataType.FLOAT32, SparseFormat.DENSE, Device.cpu());
        return new Values(tensor, new HostBuffer(memory));
    }

    /// New F32 values in the host's memory, all zero.
    public MemorySegment hostFloats(long count) {
        return file == null ? Torch.hostFloats(scope, count).fill((byte) 0) : take(count);
    }

    /// New I32 values with undefined content.
    public Buffer ints(long count) {
        return file == null ? torch.buffer(Torch.ints(scope, count)) : new HostBuffer(take(count));
    }

    private MemorySegment take(long count) {
        MemorySegment whole = file;
        if (whole == null) {
            throw new IllegalStateException("these values are in memory");
        }
        MemorySegment memory = whole.asSlice(taken, Float.BYTES * count);
        taken += bytes(LongStream.of(count));
        return memory;
    }

    /// Gives the pages of values back that are mapped: the system reads them again when they are next looked at. Values
    /// in memory stay.
    public static void rest(@Nullable MemorySegment values) {
        if (values != null && values.isMapped() && values.byteSize() > 0) {
            values.unload();
        }
    }

    /// As [#rest(MemorySegment)]. A card's memory stays.
    public static void rest(@Nullable Buffer values) {
        if (values instanceof HostBuffer host) {
            host.read(ValueStore::rest);
        }
    }
}
