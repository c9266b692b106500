package io.lota4j.kernel.cuda;

import io.lota4j.kernel.Place;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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
    public MemorySegment put(MemorySegment host) {
        if (host.byteSize() == 0) {
            return MemorySegment.NULL;
        }
        card.makeCurrent();
        DevicePointer pointer = new DevicePointer();
        check(JCudaDriver.cuMemAlloc(pointer, host.byteSize()));
        allocations.add(pointer);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(host.byteSize()).copyFrom(host);
            HostPointer from = new HostPointer(copy.address());
            check(JCudaDriver.cuMemcpyHtoDAsync(pointer, from, host.byteSize(), LEGACY));
        }
        return MemorySegment.ofAddress(pointer.address()).reinterpret(host.byteSize());
    }

    @Override
    public MemorySegment get(MemorySegment placed) {
        MemorySegment copy = Place.copy(MemorySegment.ofArray(new byte[(int) placed.byteSize()]));
        if (placed.byteSize() == 0) {
            return copy;
        }
        card.makeCurrent();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(placed.byteSize());
            HostPointer to = new HostPointer(host.address());
            check(JCudaDriver.cuMemcpyDtoHAsync(to, DevicePointer.to(placed.address()), placed.byteSize(), LEGACY));
            check(JCudaDriver.cuStreamSynchronize(LEGACY));
            return copy.copyFrom(host);
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
