package io.lota4j.kernel.choice;

import io.lota4j.LotaException;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.VectorModule;
import io.lota4j.kernel.cuda.CudaKernel;
import io.lota4j.kernel.java.JavaKernel;
import io.lota4j.kernel.vector.VectorKernel;

/// What a user may ask for.
public enum KernelChoice {
    /// The fastest there is for a model on the CPU.
    AUTO,
    JAVA,
    VECTOR,
    CUDA;

    /// Makes the kernel. It belongs to the caller.
    ///
    /// @throws io.lota4j.LotaException if a kernel was asked for that cannot run here, with the reason
    public MaskedKernel open() {
        return switch (this) {
            case JAVA -> new JavaKernel();
            case VECTOR -> vector();
            case CUDA -> new CudaKernel();
            case AUTO -> VectorModule.isPresent() ? vector() : new JavaKernel();
        };
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
