package io.lota4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    private static final int CASES = 200;

    @Test
    void everyEpochHoldsEveryExampleOnce() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < CASES; i++) {
            int examples = random.nextInt(1, 50);
            int batch = random.nextInt(1, 60);
            long seed = random.nextLong();
            int[] positions = positions(new BatchOrder(examples, batch, seed, true), 4 * examples / batch + 1);
            for (int start = 0; start + examples <= positions.length; start += examples) {
                assertThat(Arrays.stream(positions, start, start + examples).sorted())
                        .as("examples %d, batch %d, seed %d", examples, batch, seed)
                        .containsExactlyElementsOf(
                                IntStream.range(0, examples).boxed().toList());
            }
        }
    }

    @Test
    void batchesDependOnNothingButTheStep() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < CASES; i++) {
            int examples = random.nextInt(1, 50);
            int batch = random.nextInt(1, 20);
            long seed = random.nextLong();
            BatchOrder used = new BatchOrder(examples, batch, seed, true);
            positions(used, random.nextInt(1, 20));
            long step = random.nextInt(0, 1000);
            assertThat(used.batch(step))
                    .as("examples %d, batch %d, seed %d, step %d", examples, batch, seed, step)
                    .isEqualTo(new BatchOrder(examples, batch, seed, true).batch(step));
        }
    }

    @Test
    void seedsAndEpochsChangeTheOrder() {
        int[] first = new BatchOrder(100, 100, 7, true).batch(0);
        assertThat(first).isNotEqualTo(new BatchOrder(100, 100, 8, true).batch(0));
        assertThat(first).isNotEqualTo(new BatchOrder(100, 100, 7, true).batch(1));
    }

    @Test
    void withoutShuffleTheFilesOrderRepeats() {
        assertThat(positions(new BatchOrder(5, 3, 7, false), 4)).containsExactly(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1);
    }

    /// Another order would make a resumed run differ from one that was never stopped.
    @Test
    void orderIsTheSameInEveryVersion() {
        assertThat(new BatchOrder(10, 10, 42, true).batch(0)).containsExactly(5, 1, 4, 8, 6, 3, 9, 2, 0, 7);
    }

    @Test
    void placesAreAboutEquallyLikely() {
        int[] counts = new int[8];
        for (long seed = 0; seed < 8000; seed++) {
            counts[new BatchOrder(8, 1, seed, true).batch(0)[0]]++;
        }
        assertThat(Arrays.stream(counts)).allMatch(count -> count > 850 && count < 1150);
    }

    @Test
    void stepsCoverTheEpochs() {
        assertThat(new BatchOrder(10, 4, 0, true).steps(1)).isEqualTo(3);
        assertThat(new BatchOrder(10, 4, 0, true).steps(2)).isEqualTo(5);
    }

    @Test
    void numbersBelowOneAreRefused() {
        assertThatThrownBy(() -> new BatchOrder(0, 1, 0, true))
                .isInstanceOf(LotaException.class)
                .hasMessage("There must be at least 1 example, found 0.");
        assertThatThrownBy(() -> new BatchOrder(1, 0, 0, true))
                .isInstanceOf(LotaException.class)
                .hasMessage("The batch size must be at least 1, found 0.");
    }

    private static int[] positions(BatchOrder order, int steps) {
        return LongStream.range(0, steps)
                .mapToObj(order::batch)
                .flatMapToInt(Arrays::stream)
                .toArray();
    }
}
