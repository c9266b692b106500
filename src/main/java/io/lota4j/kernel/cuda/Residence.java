package io.lota4j.kernel.cuda;

import io.lota4j.LotaException;
import io.lota4j.Text;
import java.lang.foreign.MemorySegment;
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

    /// @throws LotaException when it is on another card
    static Residence of(@Nullable MemorySegment segment, Card card, String operation) {
        if (segment == null || segment.byteSize() == 0) {
            return NOWHERE;
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException(operation + ": memory that was freed");
        }
        if (!segment.isNative() || memoryType(segment, operation) != CUmemorytype.CU_MEMORYTYPE_DEVICE) {
            return HOST;
        }
        int ordinal = attribute(segment, CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, operation);
        if (ordinal != card.ordinal()) {
            throw new LotaException(Text.format(
                    "CUDA: %s got memory of card %d, but runs on card %d.", operation, ordinal, card.ordinal()));
        }
        return CARD;
    }

    private static int memoryType(MemorySegment segment, String operation) {
        int[] type = new int[1];
        int result = query(segment, CUpointer_attribute.CU_POINTER_ATTRIBUTE_MEMORY_TYPE, type);
        // What no CUDA call has made, the driver does not know.
        if (result == CUresult.CUDA_ERROR_INVALID_VALUE) {
            return CUmemorytype.CU_MEMORYTYPE_HOST;
        }
        Driver.check(result, "cuPointerGetAttribute", operation);
        return type[0];
    }

    private static int attribute(MemorySegment segment, int attribute, String operation) {
        int[] value = new int[1];
        Driver.check(query(segment, attribute, value), "cuPointerGetAttribute", operation);
        return value[0];
    }

    private static int query(MemorySegment segment, int attribute, int[] value) {
        return JCudaDriver.cuPointerGetAttribute(Pointer.to(value), attribute, DevicePointer.to(segment.address()));
    }
}
