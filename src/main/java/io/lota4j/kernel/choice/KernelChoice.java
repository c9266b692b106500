package io.lota4j.kernel.choice;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.VectorModule;
import io.lota4j.internal.kernel.cuda.CudaKernel;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.kernel.vector.VectorKernel;
import io.lota4j.memory.Device;
import java.util.Locale;

/// What a user may ask for.
public enum KernelChoice {
    /// The fastest there is for the device that the model is on.
    AUTO,
    JAVA,
    VECTOR,
    CUDA;

    /// Makes the kernel for a model on the host. It belongs to the caller.
    ///
    /// @throws LotaException if a kernel was asked for that cannot run here, with the reason
    public MaskedKernel open() {
        return open(Device.CPU);
    }

    /// Makes the kernel for a model on a device. It belongs to the caller.
    ///
    /// @throws LotaException if a kernel was asked for that cannot run here, with the reason, or not on the device
    public MaskedKernel open(Device device) {
        requireFits(device);
        return switch (this) {
            case JAVA -> new JavaKernel();
            case VECTOR -> vector();
            case CUDA -> new CudaKernel(device.number());
            case AUTO -> device.isHost() ? fastest() : new CudaKernel(device.number());
        };
    }

    /// Refuses a device whose memory the kernel cannot compute in. The kernel of a card takes the host's memory too,
    /// and copies it.
    ///
    /// @throws LotaException that names both, and what fits
    public void requireFits(Device device) {
        if (!device.isHost() && (this == JAVA || this == VECTOR)) {
            throw new LotaException(Text.format(
                    "The kernel %s computes in the host's memory, but the model is on the device %s; take the kernel"
                            + " cuda or auto there, or the device cpu.",
                    name().toLowerCase(Locale.ROOT), device));
        }
    }

    private static MaskedKernel fastest() {
        return VectorModule.isPresent() ? vector() : new JavaKernel();
    }

    private static MaskedKernel vector() {
        if (!VectorModule.isPresent()) {
            throw new LotaException(
                    "The vector kernel needs the module jdk.incubator.vector, which this JVM was started without; "
                            + "add " + VectorModule.FLAG + ".");
        }
        return new VectorKernel();
    }
}
