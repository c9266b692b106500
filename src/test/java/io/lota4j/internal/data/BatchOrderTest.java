package io.lota4j.internal.data;

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
            int inEpoch = Math.ceilDiv(examples, batch);
            BatchOrder order = new BatchOrder(examples, batch, seed, true);
            for (int epoch = 0; epoch < 4; epoch++) {
                long first = (long) epoch * inEpoch;
                assertThat(positions(order, first, first + inEpoch))
                        .as("examples %d, batch %d, seed %d, epoch %d", examples, batch, seed, epoch)
                        .containsExactlyInAnyOrder(
                                IntStream.range(0, examples).boxed().toArray(Integer[]::new));
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
            positions(used, 0, random.nextInt(1, 20));
            long step = random.nextInt(0, 1000);
            assertThat(used.step(step))
                    .as("examples %d, batch %d, seed %d, step %d", examples, batch, seed, step)
                    .isEqualTo(new BatchOrder(examples, batch, seed, true).step(step));
        }
    }

    @Test
    void seedsAndEpochsChangeTheOrder() {
        int[] first = new BatchOrder(100, 100, 7, true).step(0);
        assertThat(first).isNotEqualTo(new BatchOrder(100, 100, 8, true).step(0));
        assertThat(first).isNotEqualTo(new BatchOrder(100, 100, 7, true).step(1));
    }

    @Test
    void anEpochEndsWhereTheDataEnds() {
        BatchOrder order = new BatchOrder(10, 4, 7, true);
        assertThat(IntStream.range(0, 6).map(step -> order.step(step).length)).containsExactly(4, 4, 2, 4, 4, 2);
        assertThat(new BatchOrder(3, 8, 7, true).step(0)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(new BatchOrder(3, Long.MAX_VALUE, 7, true).step(5)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(new BatchOrder(8, 4, 7, true).step(3)).hasSize(4);
    }

    @Test
    void withoutShuffleTheFilesOrderRepeats() {
        BatchOrder order = new BatchOrder(5, 3, 7, false);
        assertThat(order.step(0)).containsExactly(0, 1, 2);
        assertThat(order.step(1)).containsExactly(3, 4);
        assertThat(order.step(2)).containsExactly(0, 1, 2);
    }

    @Test
    void examplesAreCountedAsTheyAreTaken() {
        for (int examples = 1; examples < 12; examples++) {
            for (int batch = 1; batch < 14; batch++) {
                BatchOrder order = new BatchOrder(examples, batch, 1, true);
                long taken = 0;
                boolean shorter = false;
                for (int step = 0; step < 30; step++) {
                    taken += order.step(step).length;
                    shorter |= order.step(step).length < batch;
                    assertThat(BatchOrder.examplesOf(step + 1, examples, batch)).isEqualTo(taken);
                    assertThat(BatchOrder.endsShort(step + 1, examples, batch)).isEqualTo(shorter);
                }
            }
        }
    }

    /// Another order would make a resumed run differ from one that was never stopped.
    @Test
    void orderIsTheSameInEveryVersion() {
        assertThat(new BatchOrder(10, 10, 42, true).step(0)).containsExactly(5, 1, 4, 8, 6, 3, 9, 2, 0, 7);
    }

    @Test
    void placesAreAboutEquallyLikely() {
        int[] counts = new int[8];
        for (long seed = 0; seed < 8000; seed++) {
            counts[new BatchOrder(8, 1, seed, true).step(0)[0]]++;
        }
        assertThat(Arrays.stream(counts)).allMatch(count -> count > 850 && count < 1150);
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

    private static Integer[] positions(BatchOrder order, long from, long to) {
        return LongStream.range(from, to)
                .mapToObj(order::step)
                .flatMapToInt(Arrays::stream)
                .boxed()
                .toArray(Integer[]::new);
    }
}
