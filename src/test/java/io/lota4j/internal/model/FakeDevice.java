package io.lota4j.internal.model;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;

/// A card that is none: tensors are libtorch's own of the host, so that everything but the products of a card is as
/// there, but their memory is no Java code's to touch. An address of it leads to no memory at all, and what is lent of
/// it is a copy.
public final class FakeDevice {
    /// Of addresses that no process has. Taken off, a kernel of the host finds the memory.
    private static final long NOWHERE = 1L << 62;

    private FakeDevice() {}

    private static TensorDevice tensors() {
        return new TensorDevice(
                Device.cuda(0), ai.djl.Device.cpu(), Product.ONEDNN, tensor -> TensorAddress.of(tensor) + NOWHERE);
    }

    /// Where a buffer of it is in the host's memory, for the kernel that stands in for a card's.
    public static long onHost(long address) {
        if ((address & NOWHERE) == 0) {
            throw new IllegalArgumentException("no address of the fake device");
        }
        return address - NOWHERE;
    }

    /// A model on it.
    public static Decoder open(Checkpoint checkpoint, MemoryPolicy memory) {
        return Decoder.open(checkpoint, memory, tensors());
    }

    /// A golden model on it.
    static Decoder open(String model) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model))) {
            return open(checkpoint, MemoryPolicy.KEEP);
        }
    }
}
