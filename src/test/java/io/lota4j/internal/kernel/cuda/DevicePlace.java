package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.kernel.Place;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/// Memory of the card, as a tensor of libtorch has it: allocated and read in the order of the legacy default
/// stream.
final class DevicePlace implements Place {
    private static final CUstream LEGACY = new CUstream();

    private final Card card = new Card(0);
    private final List<DevicePointer> allocations = new ArrayList<>();

    @Override
    public Buffer put(Buffer host) {
        if (host.byteSize() == 0) {
            return new OnCard(0, 0);
        }
        card.makeCurrent();
        DevicePointer pointer = new DevicePointer();
        check(JCudaDriver.cuMemAlloc(pointer, host.byteSize()));
        allocations.add(pointer);
        Buffer placed = new OnCard(pointer.address(), host.byteSize());
        placed.copyFrom(HostBuffer.memoryOf(host));
        return placed;
    }

    @Override
    public HostBuffer get(Buffer placed) {
        return Place.copy(placed);
    }

    /// A part of an allocation.
    private final class OnCard implements Buffer {
        private final long address;
        private final long bytes;

        OnCard(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        @Override
        public Device device() {
            return Device.cuda(card.ordinal());
        }

        @Override
        public long byteSize() {
            return bytes;
        }

        @Override
        public long address() {
            return address;
        }

        @Override
        public Buffer slice(long offset, long size) {
            Objects.checkFromIndexSize(offset, size, bytes);
            return new OnCard(address + offset, size);
        }

        @Override
        public void zero() {
            write(memory -> memory.fill((byte) 0));
        }

        @Override
        public void read(Consumer<? super MemorySegment> reader) {
            lend(true, reader, false);
        }

        @Override
        public void write(Consumer<? super MemorySegment> writer) {
            lend(false, writer, true);
        }

        @Override
        public void update(Consumer<? super MemorySegment> writer) {
            lend(true, writer, true);
        }

        private void lend(boolean in, Consumer<? super MemorySegment> user, boolean out) {
            card.makeCurrent();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment copy = arena.allocate(bytes);
                HostPointer host = new HostPointer(copy.address());
                if (in && bytes > 0) {
                    check(JCudaDriver.cuMemcpyDtoHAsync(host, DevicePointer.to(address), bytes, LEGACY));
                    check(JCudaDriver.cuStreamSynchronize(LEGACY));
                }
                user.accept(copy);
                if (out && bytes > 0) {
                    check(JCudaDriver.cuMemcpyHtoDAsync(DevicePointer.to(address), host, bytes, LEGACY));
                }
            }
        }
    }

    @Override
    public void close() {
        card.makeCurrent();
        int result = JCudaDriver.cuStreamSynchronize(LEGACY);
        allocations.forEach(JCudaDriver::cuMemFree);
        card.close();
        check(result);
    }

    private static void check(int result) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new AssertionError(CUresult.stringFor(result) + ": " + StandIn.problem());
        }
    }
}
