package io.lota4j.internal.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.Place;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Host;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the contract does not say: where memory may be, what is copied, and what is left behind.
class CudaKernelTest {
    private static final float[] DENSE = {0, 1, 2, 3, 4, 5};
    private static final int[] ODD = {1, 3, 5};

    @BeforeAll
    static void load() {
        StandIn.load();
    }

    @Test
    void saysWhatItRunsOn() {
        assertThat(CudaKernel.unavailable()).isEmpty();
        try (CudaKernel kernel = new CudaKernel()) {
            assertThat(kernel.name()).isEqualTo("cuda");
            assertThat(kernel.description())
                    .isEqualTo("CUDA stand-in on the CPU, compute capability 7.5, driver for CUDA 12.6");
        }
    }

    @Test
    void refusesACardThatIsNotThere() {
        assertThatThrownBy(() -> new CudaKernel(3))
                .isInstanceOf(LotaException.class)
                .hasMessage("CUDA: using card 3 failed: cuDeviceGet returned CUDA_ERROR_INVALID_DEVICE (101).");
    }

    @Test
    void refusesMemoryOfAnotherCard() {
        try (CudaKernel second = new CudaKernel(1);
                DevicePlace first = new DevicePlace()) {
            Buffer dense = first.put(Host.of(DENSE));
            assertThatThrownBy(() -> second.gather(dense, Entries.all(6), Host.of(new float[6])))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("CUDA: gather got memory of card 0, but runs on card 1.");
        }
    }

    /// A context is a thread's own affair: whichever method a thread calls first has to see to it.
    @Test
    void anyMethodMayBeAThreadsFirst() {
        try (CudaKernel kernel = new CudaKernel();
                Place offHeap = Place.offHeap()) {
            Buffer dense = offHeap.put(Host.of(DENSE));
            Entries odd = new Entries(3, offHeap.put(Host.of(ODD)));
            float[] values = new float[3];
            onNewThread(() -> kernel.gather(dense, odd, Host.of(values)));
            onNewThread(() -> assertThat(kernel.sumOfSquares(dense, 6)).isEqualTo(55));
            assertThat(values).containsExactly(1, 3, 5);
        }
    }

    private static void onNewThread(Runnable call) {
        CompletableFuture.runAsync(call, task -> new Thread(task).start()).join();
    }

    @Test
    void whatLiesBehindTheEntriesStays() {
        float[] values = {9, 9, 9, 9, 9};
        try (CudaKernel kernel = new CudaKernel()) {
            kernel.gather(Host.of(DENSE), new Entries(3, Host.of(ODD)), Host.of(values));
        }
        assertThat(values).containsExactly(1, 3, 5, 9, 9);
    }

    /// What a call had asked for when the driver refused it is still to be done, on buffers that the next call
    /// would replace.
    @Test
    void aCallThatFailedLeavesTheNextAlone() {
        try (CudaKernel kernel = new CudaKernel();
                Place offHeap = Place.offHeap()) {
            Buffer dense = offHeap.put(Host.of(DENSE));
            Argument values = Argument.out("values", Host.of(new float[6]));
            assertThatThrownBy(() -> kernel.run(
                            kernel.function("gather"),
                            new Grid(0, 32, 1),
                            Argument.of(6L),
                            Argument.in("index", null),
                            Argument.in("dense", dense),
                            values))
                    .hasMessageContaining("CUDA_ERROR_INVALID_VALUE");
            float[] more = new float[100];
            kernel.gather(Host.of(new float[100]), Entries.all(100), Host.of(more));
            assertThat(more).containsOnly(0);
        }
    }

    @Test
    void saysWhatTheCompilerSays() {
        Ptx ptx = new Ptx(Ptx.embedded().text().replace(".param .f32 sgd_param_7", ".param .f64 sgd_param_7"));
        assertThatThrownBy(() -> new CudaKernel(0, ptx))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(
                        "cuModuleLoadDataEx returned CUDA_ERROR_INVALID_PTX (218). The compiler says: sgd")
                .hasMessageContaining("parameter 7");
    }

    @Test
    void memoryOfTheCardIsUsedInPlace() {
        try (CudaKernel kernel = new CudaKernel();
                DevicePlace card = new DevicePlace()) {
            Buffer dense = card.put(Host.of(DENSE));
            Entries entries = new Entries(3, card.put(Host.of(ODD)));
            Buffer values = card.put(Host.of(new float[3]));
            long copies = StandIn.copies();
            kernel.gather(dense, entries, values);
            kernel.gatherAdd(dense, entries, values);
            kernel.scatter(values, entries, DType.F32, dense);
            assertThat(StandIn.copies()).as("copies").isEqualTo(copies);
            assertThat(Host.floats(card.get(dense))).containsExactly(0, 2, 2, 6, 4, 10);
        }
    }

    /// More than a chunk of pinned memory, and buffers that grow and are used again for less.
    @Test
    void longArraysOfTheHeapAreCopiedInPieces() {
        try (CudaKernel kernel = new CudaKernel()) {
            for (int size : new int[] {5, 3_000_001, 1_048_576, 7}) {
                float[] dense = new float[size];
                for (int i = 0; i < size; i++) {
                    dense[i] = i;
                }
                float[] values = new float[size];
                kernel.gather(new HostBuffer(Host.of(dense).memory().asReadOnly()), Entries.all(size), Host.of(values));
                assertThat(values).isEqualTo(dense);
            }
        }
    }

    @Test
    void leavesNothingBehind() {
        long before = StandIn.liveAllocations();
        // Holds the context, which would free everything itself.
        try (DevicePlace other = new DevicePlace()) {
            long held = StandIn.liveAllocations();
            try (CudaKernel kernel = new CudaKernel()) {
                gatherOnHost(kernel);
                // Needs larger buffers, in place of those that there are.
                kernel.sumOfSquares(Host.of(new float[100]), 100);
                assertThat(StandIn.liveAllocations()).isGreaterThan(held);
            }
            assertThat(StandIn.liveAllocations()).isEqualTo(held);
            assertThat(other.get(other.put(Host.of(DENSE))).byteSize()).isEqualTo(24);
        }
        assertThat(StandIn.liveAllocations()).isEqualTo(before);
    }

    @Test
    void cannotBeUsedWhenClosed() {
        CudaKernel kernel = new CudaKernel();
        try (kernel) {
            gatherOnHost(kernel);
        }
        assertThatThrownBy(() -> gatherOnHost(kernel))
                .isInstanceOfAny(LotaException.class, IllegalStateException.class);
    }

    @Test
    void nothingToDoIsNoLaunch() {
        try (CudaKernel kernel = new CudaKernel()) {
            long launches = StandIn.launches();
            Buffer none = Host.of(new float[0]);
            kernel.gather(none, Entries.all(0), none);
            assertThat(kernel.sumOfSquares(none, 0)).isZero();
            assertThat(StandIn.launches()).isEqualTo(launches);
        }
    }

    @Test
    void refusesMemoryThatWasFreed() {
        try (CudaKernel kernel = new CudaKernel()) {
            Arena arena = Arena.ofConfined();
            Buffer dense = Host.zeros(arena, 6);
            arena.close();
            assertThatThrownBy(() -> kernel.gather(dense, Entries.all(6), Host.of(new float[6])))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void refusesEntriesThatLieOutside() {
        Buffer values = Host.of(new float[3]);
        try (CudaKernel kernel = new CudaKernel();
                Place offHeap = Place.offHeap()) {
            Entries entries = new Entries(3, offHeap.put(Host.of(new int[] {1, 3, 6})));
            assertThatThrownBy(() -> kernel.gather(Host.of(DENSE), entries, values))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("entry at 6 of dense, which has 6 elements");
            assertThatThrownBy(() -> kernel.gather(Host.of(DENSE), Entries.all(4), values))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("values has 12 bytes, not the 16 that are needed");
        }
    }

    /// The sums that are not whole numbers have the same bits in whatever order blocks and threads run.
    @Test
    void everyOrderOfThreadsYieldsTheSameBits() {
        SplittableRandom random = new SplittableRandom(5);
        float[] x = floats(random, 257 * 40);
        float[] dy = floats(random, 257 * 30);
        float[] values = floats(random, 20_000);
        int[] index =
                IntStream.range(0, 1200).filter(i -> random.nextInt(3) == 0).toArray();
        try (CudaKernel kernel = new CudaKernel()) {
            float[] firstRows = null;
            float[] firstColumns = null;
            double[] firstSums = null;
            for (long seed = 1; seed <= 5; seed++) {
                StandIn.seed(seed);
                Buffer xs = Host.of(x);
                Buffer dys = Host.of(dy);
                float[] rows = sddmm(kernel, Activations.rows(xs, 257, 40), Activations.rows(dys, 257, 30), index);
                float[] columns =
                        sddmm(kernel, Activations.columns(xs, 257, 40), Activations.columns(dys, 257, 30), index);
                double[] sums = sumsOfOneBlock(kernel, values);
                if (firstRows == null || firstColumns == null || firstSums == null) {
                    firstRows = rows;
                    firstColumns = columns;
                    firstSums = sums;
                }
                assertThat(rows).as("seed %d", seed).isEqualTo(firstRows);
                assertThat(columns).as("seed %d", seed).isEqualTo(firstColumns);
                assertThat(sums).as("seed %d", seed).isEqualTo(firstSums);
            }
        } finally {
            StandIn.seed(0);
        }
    }

    /// In a sum of several blocks the last bits of each block's would be rounded away.
    private static double[] sumsOfOneBlock(CudaKernel kernel, float[] values) {
        int block = 4000;
        return IntStream.range(0, values.length / block)
                .mapToDouble(i ->
                        kernel.sumOfSquares(Host.of(Arrays.copyOfRange(values, i * block, (i + 1) * block)), block))
                .toArray();
    }

    private static float[] sddmm(CudaKernel kernel, Activations x, Activations dy, int[] index) {
        float[] gradient = new float[index.length];
        kernel.sddmm(x, dy, new Entries(index.length, Host.of(index)), Host.of(gradient));
        return gradient;
    }

    private static float[] floats(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static void gatherOnHost(CudaKernel kernel) {
        float[] values = new float[3];
        kernel.gather(Host.of(DENSE), new Entries(3, Host.of(Arrays.copyOf(ODD, 3))), Host.of(values));
        assertThat(values).containsExactly(1, 3, 5);
    }
}
