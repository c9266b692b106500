package io.lota4j.internal.kernel.cuda;

import jcuda.driver.CUdeviceptr;

/// A device pointer whose address can be read, which JCuda's own hides.
final class DevicePointer extends CUdeviceptr {
    /// A null pointer, for the driver to fill in.
    DevicePointer() {}

    long address() {
        return getNativePointer();
    }

    /// JCuda's pointer to an address.
    static CUdeviceptr to(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }
}
