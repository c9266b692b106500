package io.lota4j.internal.kernel.cuda;

import jcuda.Pointer;

/// A pointer to native memory by its address: unlike JCuda's pointers to buffers it has no 2 GiB limit.
final class HostPointer extends Pointer {
    /// A null pointer, for the driver to fill in.
    HostPointer() {}

    HostPointer(long address) {
        super(address);
    }

    long address() {
        return getNativePointer();
    }
}
