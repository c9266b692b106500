package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/// What one call at a time needs: a stream, buffers on the card, and a block for arguments. The calling
/// thread's context must be the card's.
///
/// A call that has any argument on the card runs on the legacy default stream, which libtorch uses: it starts
/// after what libtorch was asked for before and ends before what it is asked for later. A call whose memory is
/// all on the card returns at once; its faults show up in a later call. Any other returns when it is done.
final class Lane implements AutoCloseable {
    private static final CUstream LEGACY = new CUstream();
    private static final int MAX_ARGUMENTS = 32;

    private final Card card;
    private final CUstream own = new CUstream();
    private final Staging staging = new Staging();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment values = arena.allocate(ValueLayout.JAVA_LONG, MAX_ARGUMENTS);
    private final MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, MAX_ARGUMENTS + 1);

    Lane(Card card) {
        this.card = card;
        Driver.check(
                JCudaDriver.cuStreamCreate(own, CUstream_flags.CU_STREAM_NON_BLOCKING),
                "cuStreamCreate",
                "starting the CUDA kernel");
    }

    /// Runs a kernel over its arguments.
    ///
    /// @throws LotaException when the driver refuses anything or the kernel faults
    void run(Function function, Grid grid, Argument... arguments) {
        function.check(arguments);
        Residence[] places = new Residence[arguments.length];
        boolean onCard = false;
        boolean onHost = false;
        for (int a = 0; a < arguments.length; a++) {
            places[a] = arguments[a] instanceof Argument.Memory memory
                    ? Residence.of(memory.buffer(), card, function.name())
                    : Residence.NOWHERE;
            onCard |= places[a] == Residence.CARD;
            onHost |= places[a] == Residence.HOST;
        }
        CUstream stream = onCard ? LEGACY : own;
        for (int a = 0; a < arguments.length; a++) {
            set(a, word(a, arguments[a], places[a], stream, function.name()));
        }
        launch(function, grid, arguments.length, stream);
        for (int a = 0; a < arguments.length; a++) {
            if (places[a] == Residence.HOST && arguments[a] instanceof Argument.Memory memory) {
                copyBack(a, memory, stream, function.name());
            }
        }
        if (onHost) {
            Staging.await(stream, function.name());
        }
        Reference.reachabilityFence(arguments);
    }

    /// The argument as the kernel takes it, in the low bytes.
    private long word(int number, Argument argument, Residence place, CUstream stream, String operation) {
        return switch (argument) {
            case Argument.I32 i -> i.value();
            case Argument.I64 i -> i.value();
            case Argument.F32 f -> Float.floatToRawIntBits(f.value());
            case Argument.Memory memory -> address(number, memory, place, stream, operation);
        };
    }

    private long address(int number, Argument.Memory memory, Residence place, CUstream stream, String operation) {
        Buffer buffer = memory.buffer();
        if (buffer == null || place == Residence.NOWHERE) {
            return 0;
        }
        if (place == Residence.CARD) {
            return buffer.address();
        }
        long address = staging.buffer(number, buffer.byteSize(), operation);
        if (memory.access().reads()) {
            staging.toCard(HostBuffer.memoryOf(buffer), address, stream, operation);
        }
        return address;
    }

    private void set(int number, long word) {
        values.setAtIndex(ValueLayout.JAVA_LONG, number, word);
        pointers.setAtIndex(ValueLayout.ADDRESS, number, values.asSlice(number * ValueLayout.JAVA_LONG.byteSize()));
    }

    private void launch(Function function, Grid grid, int arguments, CUstream stream) {
        // The driver does not look at it; the stand-in that the tests run on counts the arguments by it.
        pointers.setAtIndex(ValueLayout.ADDRESS, arguments, MemorySegment.NULL);
        int result = JCudaDriver.cuLaunchKernel(
                function.handle(),
                Math.toIntExact(grid.blocks()),
                1,
                1,
                grid.width(),
                grid.height(),
                1,
                0,
                stream,
                new HostPointer(pointers.address()),
                null);
        Driver.check(result, "cuLaunchKernel", function.name());
    }

    private void copyBack(int number, Argument.Memory memory, CUstream stream, String operation) {
        Buffer buffer = memory.buffer();
        if (buffer != null && memory.access().writes()) {
            long address = values.getAtIndex(ValueLayout.JAVA_LONG, number);
            staging.toHost(address, HostBuffer.memoryOf(buffer), stream, operation);
        }
    }

    @Override
    public void close() {
        arena.close();
        staging.close();
        Driver.check(JCudaDriver.cuStreamDestroy(own), "cuStreamDestroy", "freeing a stream");
    }
}
