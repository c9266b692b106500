package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/// Where a tensor's elements are, on whatever device.
///
/// The engine's own buffers are no help: it copies a card's tensor to the host first. What it asks libtorch for the
/// address, for tensors of the host, is private.
final class TensorAddress {
    private static final String LIBRARY = "ai.djl.pytorch.jni.PyTorchLibrary";
    private static final MethodHandle POINTER = pointer();

    private TensorAddress() {}

    private static MethodHandle pointer() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(JniUtils.class, MethodHandles.lookup());
            Class<?> library = lookup.findClass(LIBRARY);
            Object instance = lookup.findStaticGetter(library, "LIB", library).invoke();
            return lookup.bind(instance, "torchDirectByteBuffer", MethodType.methodType(ByteBuffer.class, long.class));
        } catch (Throwable e) {
            throw new IllegalStateException("this version of the engine keeps its natives elsewhere", e);
        }
    }

    /// The address of a contiguous tensor's first element.
    static long of(PtNDArray tensor) {
        // The engine says it as a buffer, which ends at 2 GiB: that of the first element starts at the same place.
        try (PtNDArray flat = JniUtils.reshape(tensor, new long[] {-1});
                PtNDArray first = JniUtils.slice(flat, 0, 0, 1, 1)) {
            return MemorySegment.ofBuffer((ByteBuffer) POINTER.invokeExact((long) first.getHandle()))
                    .address();
        } catch (Throwable e) {
            throw new IllegalStateException("the engine does not say where a tensor is", e);
        }
    }
}
