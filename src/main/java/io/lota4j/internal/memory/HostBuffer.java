package io.lota4j.internal.memory;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.memory.Device;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// Memory of the host: allocated, mapped from a file, or an array of the Java heap.
///
/// @param memory all of it
public record HostBuffer(MemorySegment memory) implements Buffer {
    /// The memory of a buffer that is the host's. For kernels that compute there.
    ///
    /// @throws LotaException if it is another device's
    public static MemorySegment memoryOf(Buffer buffer) {
        if (buffer instanceof HostBuffer host) {
            return host.memory();
        }
        throw new LotaException(Text.format(
                "This kernel computes in the host's memory, but was given memory of %s; take the kernel cuda, or"
                        + " the device cpu.",
                buffer.device()));
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public long byteSize() {
        return memory.byteSize();
    }

    /// @throws IllegalStateException if it is an array of the Java heap, which moves
    @Override
    public long address() {
        if (!memory.isNative()) {
            throw new IllegalStateException("an array of the Java heap has no address");
        }
        return memory.address();
    }

    @Override
    public HostBuffer slice(long offset, long bytes) {
        return new HostBuffer(memory.asSlice(offset, bytes));
    }

    @Override
    public void zero() {
        memory.fill((byte) 0);
    }

    @Override
    public void read(Consumer<? super MemorySegment> reader) {
        reader.accept(memory.asReadOnly());
    }

    @Override
    public void write(Consumer<? super MemorySegment> writer) {
        writer.accept(memory);
    }

    @Override
    public void update(Consumer<? super MemorySegment> writer) {
        writer.accept(memory);
    }
}
