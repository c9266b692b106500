package io.lota4j.internal.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.memory.Host;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The number of threads decides nothing but the time.
class ThreadsTest {
    private static final int ROWS = 300;
    private static final int COLUMNS = 900;
    private static final int TOKENS = 333;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void anyNumberOfThreadsGivesTheSameBits(int threads) {
        assertThat(bits(threads)).isEqualTo(bits(1));
    }

    /// The first runs may be interpreted, the last are compiled.
    @Test
    void warmAndColdRunsGiveTheSameBits() {
        int[] first = bits(1);
        for (int run = 0; run < 12; run++) {
            assertThat(bits(2)).isEqualTo(first);
        }
    }

    /// The bits of all that a step on random weights yields.
    private static int[] bits(int threads) {
        try (ForkJoinPool pool = new ForkJoinPool(threads);
                MaskedKernel kernel = new VectorKernel();
                Arena arena = Arena.ofShared()) {
            return pool.submit(() -> bits(kernel, arena)).join();
        }
    }

    private static int[] bits(MaskedKernel kernel, Arena arena) {
        SplittableRandom random = new SplittableRandom(11);
        int[] index = IntStream.range(0, ROWS * COLUMNS)
                .filter(i -> random.nextInt(3) == 0)
                .toArray();
        int count = index.length;
        // More than two chunks, or nothing would run at the same time.
        assertThat(count).isGreaterThan(2 * Chunks.SIZE);
        Entries entries = new Entries(count, Host.of(arena, index));
        Activations x = Activations.rows(Host.gaussian(arena, TOKENS * COLUMNS, random), TOKENS, COLUMNS);
        Activations dy = Activations.columns(Host.gaussian(arena, TOKENS * ROWS, random), TOKENS, ROWS);
        Buffer gradient = Host.gaussian(arena, count, random);
        Buffer weights = Host.gaussian(arena, ROWS * COLUMNS, random);
        Moments moments = new Moments(Host.gaussian(arena, count, random), Host.zeros(arena, count));

        kernel.sddmm(x, dy, entries, gradient);
        kernel.gatherAdd(weights, entries, gradient);
        double norm = Math.sqrt(kernel.sumOfSquares(gradient, count));
        Update update = new Update.AdamW(1e-3, 1 / norm, 0.1, 0.9, 0.999, 1e-8, 0.1, 0.001);
        kernel.step(update, entries, gradient, moments, WorkingWeights.inPlace(weights));
        Buffer values = Host.zeros(arena, count);
        kernel.gather(weights, entries, values);
        Buffer narrow = Host.zeros(arena, ROWS * COLUMNS / 2);
        kernel.scatter(values, entries, DType.BF16, narrow);
        return Stream.of(gradient, weights, values, narrow)
                .flatMapToInt(memory -> IntStream.of(Host.ints(memory)))
                .toArray();
    }
}
