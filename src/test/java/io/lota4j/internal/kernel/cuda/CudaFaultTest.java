package io.lota4j.internal.kernel.cuda;

import static io.lota4j.internal.kernel.cuda.Argument.in;
import static io.lota4j.internal.kernel.cuda.Argument.inOut;
import static io.lota4j.internal.kernel.cuda.Argument.of;
import static io.lota4j.internal.kernel.cuda.Argument.out;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Host;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Launches that are wrong must fail, on the stand-in as on a card: without this the other tests would prove
/// little.
class CudaFaultTest {
    private static final Grid ONE_BLOCK = new Grid(1, 256, 1);

    private final HostBuffer dense = floats(8);
    private final Buffer values = floats(8);
    private CudaKernel kernel;

    @BeforeAll
    static void load() {
        StandIn.load();
    }

    @BeforeEach
    void open() {
        kernel = new CudaKernel();
    }

    /// A fault breaks the context for good; it goes with the last one who holds it, without a word.
    @AfterEach
    void close() {
        try {
            kernel.close();
        } catch (LotaException e) {
            assertThat(e).hasMessageContaining("CUDA_ERROR_");
        }
        try (CudaKernel next = new CudaKernel()) {
            assertThat(next.sumOfSquares(Host.of(new float[] {3, 4}), 2)).isEqualTo(25);
        }
    }

    @Test
    void reachingBehindDeviceMemory() {
        Buffer index = Host.of(new int[] {0, 8});
        assertFails("CUDA_ERROR_ILLEGAL_ADDRESS", () -> gather(ONE_BLOCK, 2, index, dense, floats(2)));
    }

    @Test
    void reachingBeforeDeviceMemory() {
        Buffer index = Host.of(new int[] {-5000, 1});
        assertFails("CUDA_ERROR_ILLEGAL_ADDRESS", () -> gather(ONE_BLOCK, 2, index, dense, floats(2)));
    }

    @Test
    void writingJustBeforeDeviceMemory() {
        Buffer index = Host.of(new int[] {-1});
        assertFails(
                "CUDA_ERROR_ILLEGAL_ADDRESS",
                () -> run(
                        "scatter",
                        ONE_BLOCK,
                        of(1L),
                        in("index", index),
                        in("values", floats(1)),
                        of(0),
                        inOut("w", dense)));
        assertThat(StandIn.problem()).contains("before the start");
    }

    @Test
    void countingMoreEntriesThanThereAre() {
        assertFails("CUDA_ERROR_ILLEGAL_ADDRESS", () -> gather(ONE_BLOCK, 9, null, floats(9), values));
    }

    @Test
    void memoryThatWasFreed() {
        Buffer freed;
        try (DevicePlace place = new DevicePlace()) {
            freed = place.put(dense);
        }
        assertFails(
                "CUDA_ERROR_INVALID_VALUE",
                () -> run("gather", ONE_BLOCK, of(8L), in("index", null), of(freed.address()), out("values", values)));
    }

    @Test
    void memoryOfTheHostInPlaceOfTheCards() {
        try (Arena arena = Arena.ofConfined()) {
            long host = arena.allocate(32).address();
            assertFails(
                    "CUDA_ERROR_INVALID_VALUE",
                    () -> run("gather", ONE_BLOCK, of(8L), in("index", null), of(host), out("values", values)));
            assertThat(StandIn.problem()).isEqualTo("gather: argument 2 points to no device memory");
        }
    }

    @Test
    void swappedPointers() {
        Buffer index = Host.of(new int[] {0, 1});
        // As an index the float leads 1 MiB behind the memory, not so far that other memory might be there.
        dense.memory().setAtIndex(ValueLayout.JAVA_FLOAT, 1, Float.intBitsToFloat(1 << 18));
        assertFails("CUDA_ERROR_ILLEGAL_ADDRESS", () -> gather(ONE_BLOCK, 2, dense, index, floats(2)));
    }

    @Test
    void argumentsOfAnotherTypeOrNumber() {
        assertThatThrownBy(() -> run("gather", ONE_BLOCK, of(8), in("index", null), in("d", dense), out("v", values)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gather takes [u64, u64, u64, u64], not [u32, u64, u64, u64]");
        Function longer = new Function(
                "gather",
                kernel.function("gather").handle(),
                kernel.function("sgd").types());
        Argument[] sgd = {
            of(1L), of(0L), of(0L), of(0L), of(0L), of(0), of(0L), of(0f), of(0f), of(0f), of(0f),
        };
        assertFails("CUDA_ERROR_INVALID_VALUE", () -> kernel.run(longer, ONE_BLOCK, sgd));
        assertThat(StandIn.problem()).isEqualTo("gather: too many arguments");
    }

    @Test
    void gridsThatAreTooSmall() {
        float[] picked = new float[8];
        gather(new Grid(1, 4, 1), 8, null, dense, Host.of(picked));
        // Nobody wrote the second half: it holds the poison of new device memory.
        assertThat(picked).endsWith(Float.NaN, Float.NaN, Float.NaN, Float.NaN);
    }

    @Test
    void gridsThatNoCardTakes() {
        for (Grid grid :
                new Grid[] {new Grid(0, 32, 1), new Grid(1, 0, 1), new Grid(1, 32, 33), new Grid(1, 1025, 1)}) {
            assertFails("CUDA_ERROR_INVALID_VALUE", () -> gather(grid, 8, null, dense, values));
        }
    }

    @Test
    void blocksInWhichNotEveryThreadReachesTheBarrier() {
        // Half a warp: the shuffle names lanes that are not there.
        assertFails(
                "CUDA_ERROR_LAUNCH_FAILED",
                () -> run("sum_of_squares", new Grid(1, 16, 1), of(8L), in("values", dense), out("sums", floats(2))));
    }

    /// The copy is then never written: memory that was freed meanwhile would end the JVM.
    @Test
    void goingOnWithoutWaitingForACopyToTheHost() {
        try (DevicePlace place = new DevicePlace();
                Arena arena = Arena.ofConfined()) {
            Buffer there = place.put(Host.of(new float[] {1, 2}));
            Buffer here = Host.zeros(arena, 2);
            int result = JCudaDriver.cuMemcpyDtoHAsync(
                    new HostPointer(here.address()),
                    DevicePointer.to(there.address()),
                    there.byteSize(),
                    new CUstream());
            assertThat(result).isEqualTo(CUresult.CUDA_SUCCESS);
            assertFails("CUDA_ERROR_INVALID_VALUE", () -> kernel.sumOfSquares(dense, 8));
            assertThat(StandIn.problem())
                    .isEqualTo("the thread went on without waiting for a copy to the host's memory");
            assertThat(Host.floats(here)).containsOnly(0);
        }
    }

    /// A call on the card returns before it has run: the next one that waits tells of its fault.
    @Test
    void faultsOnTheCardShowUpLater() {
        DevicePlace place = new DevicePlace();
        Entries wrong = new Entries(1, place.put(Host.of(new int[] {1 << 20})));
        kernel.gather(place.put(dense), wrong, place.put(floats(1)));
        assertThatThrownBy(place::close).hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
        assertFails("CUDA_ERROR_ILLEGAL_ADDRESS", () -> kernel.sumOfSquares(dense, 8));
    }

    private static void assertFails(String error, Runnable launch) {
        assertThatThrownBy(launch::run).isInstanceOf(LotaException.class).hasMessageContaining(error);
    }

    private void gather(Grid grid, long count, @Nullable Buffer index, Buffer from, Buffer to) {
        run("gather", grid, of(count), in("index", index), in("dense", from), out("values", to));
    }

    private void run(String name, Grid grid, Argument... arguments) {
        kernel.run(kernel.function(name), grid, arguments);
    }

    private static HostBuffer floats(int count) {
        return Host.of(new float[count]);
    }
}
