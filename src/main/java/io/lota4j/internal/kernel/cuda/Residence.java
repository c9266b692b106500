package io.lota4j.internal.kernel.cuda;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import jcuda.Pointer;
import jcuda.driver.CUmemorytype;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/// Where an argument's memory is.
enum Residence {
    /// It has none, or none that anyone may touch.
    NOWHERE,
    HOST,
    CARD;

    /// @throws LotaException when it is no memory of this card, though it is not the host's either
    static Residence of(@Nullable Buffer buffer, Card card, String operation) {
        if (buffer == null || buffer.byteSize() == 0) {
            return NOWHERE;
        }
        if (buffer instanceof HostBuffer host) {
            if (!host.memory().scope().isAlive()) {
                throw new IllegalStateException(operation + ": memory that was freed");
            }
            return HOST;
        }
        if (memoryType(buffer, operation) != CUmemorytype.CU_MEMORYTYPE_DEVICE) {
            throw new LotaException(Text.format(
                    "CUDA: %s got memory of the device %s that the driver does not know as a card's.",
                    operation, buffer.device()));
        }
        int ordinal = attribute(buffer, CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, operation);
        if (ordinal != card.ordinal()) {
            throw new LotaException(Text.format(
                    "CUDA: %s got memory of card %d, but runs on card %d.", operation, ordinal, card.ordinal()));
        }
        return CARD;
    }

    private static int memoryType(Buffer buffer, String operation) {
        int[] type = new int[1];
        int result = query(buffer, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, type);
        // What no CUDA call has made, the driver does not know.
        if (result == CUresult.CUDA_ERROR_INVALID_VALUE) {
            return CUmemorytype.CU_MEMORYTYPE_HOST;
        }
        Driver.check(result, "cuPointerGetAttribute", operation);
        return type[0];
    }

    private static int attribute(Buffer buffer, int attribute, String operation) {
        int[] value = new int[1];
        Driver.check(query(buffer, attribute, value), "cuPointerGetAttribute", operation);
        return value[0];
    }

    private static int query(Buffer buffer, int attribute, int[] value) {
        return JCudaDriver.cuPointerGetAttribute(Pointer.to(value), attribute, DevicePointer.to(buffer.address()));
    }
}
