package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/// Buffers on the card for arguments that are in the host's memory. They are kept, and grow as needed: a call
/// that uses them must be over before the next begins.
final class Staging implements AutoCloseable {
    /// Copies of the Java heap go through pinned memory of this size: large enough for full speed, small enough
    /// to hold for each thread that calls at the same time.
    private static final long CHUNK_BYTES = 4L << 20;

    private final Map<Integer, Room> buffers = new TreeMap<>();
    private @Nullable HostPointer chunk;

    private record Room(DevicePointer pointer, long bytes) {}

    /// The address of the buffer numbered `slot`, with room for `bytes`; what it holds is undefined.
    long buffer(int slot, long bytes, String operation) {
        Room buffer = buffers.get(slot);
        if (buffer == null || buffer.bytes() < bytes) {
            Room larger = allocated(bytes, operation);
            buffers.put(slot, larger);
            if (buffer != null) {
                free(buffer);
            }
            buffer = larger;
        }
        return buffer.pointer().address();
    }

    private static Room allocated(long bytes, String operation) {
        DevicePointer pointer = new DevicePointer();
        Driver.check(
                JCudaDriver.cuMemAlloc(pointer, bytes), "cuMemAlloc", Text.format("%s (%,d bytes)", operation, bytes));
        return new Room(pointer, bytes);
    }

    void toCard(MemorySegment host, long address, CUstream stream, String operation) {
        if (host.isNative()) {
            copyIn(address, new HostPointer(host.address()), host.byteSize(), stream, operation);
            return;
        }
        for (long at = 0; at < host.byteSize(); at += CHUNK_BYTES) {
            MemorySegment part = host.asSlice(at, Math.min(CHUNK_BYTES, host.byteSize() - at));
            HostPointer pinned = chunk(operation);
            segment(pinned, part.byteSize()).copyFrom(part);
            copyIn(address + at, pinned, part.byteSize(), stream, operation);
            await(stream, operation);
        }
    }

    void toHost(long address, MemorySegment host, CUstream stream, String operation) {
        if (host.isNative()) {
            copyOut(new HostPointer(host.address()), address, host.byteSize(), stream, operation);
            return;
        }
        for (long at = 0; at < host.byteSize(); at += CHUNK_BYTES) {
            MemorySegment part = host.asSlice(at, Math.min(CHUNK_BYTES, host.byteSize() - at));
            HostPointer pinned = chunk(operation);
            copyOut(pinned, address + at, part.byteSize(), stream, operation);
            await(stream, operation);
            part.copyFrom(segment(pinned, part.byteSize()));
        }
    }

    static void await(CUstream stream, String operation) {
        Driver.check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize", operation);
    }

    private static void copyIn(long address, HostPointer from, long bytes, CUstream stream, String operation) {
        CUdeviceptr to = DevicePointer.to(address);
        Driver.check(JCudaDriver.cuMemcpyHtoDAsync(to, from, bytes, stream), "cuMemcpyHtoDAsync", operation);
    }

    private static void copyOut(HostPointer to, long address, long bytes, CUstream stream, String operation) {
        CUdeviceptr from = DevicePointer.to(address);
        Driver.check(JCudaDriver.cuMemcpyDtoHAsync(to, from, bytes, stream), "cuMemcpyDtoHAsync", operation);
    }

    private HostPointer chunk(String operation) {
        HostPointer pinned = chunk;
        if (pinned == null) {
            pinned = new HostPointer();
            Driver.check(JCudaDriver.cuMemHostAlloc(pinned, CHUNK_BYTES, 0), "cuMemHostAlloc", operation);
            chunk = pinned;
        }
        return pinned;
    }

    private static MemorySegment segment(HostPointer pinned, long bytes) {
        return MemorySegment.ofAddress(pinned.address()).reinterpret(bytes);
    }

    private static void free(Room buffer) {
        Driver.check(JCudaDriver.cuMemFree(buffer.pointer()), "cuMemFree", "freeing buffers");
    }

    @Override
    public void close() {
        buffers.values().forEach(Staging::free);
        buffers.clear();
        if (chunk != null) {
            Driver.check(JCudaDriver.cuMemFreeHost(chunk), "cuMemFreeHost", "freeing buffers");
            chunk = null;
        }
    }
}
