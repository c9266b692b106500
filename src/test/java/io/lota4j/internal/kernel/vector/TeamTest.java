package io.lota4j.internal.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TeamTest {
    @Test
    void everyTaskRunsOnceInEveryLoop() {
        try (Team team = new Team(3)) {
            for (int loop = 0; loop < 2000; loop++) {
                int count = loop % 7;
                AtomicIntegerArray ran = new AtomicIntegerArray(7);
                team.each(count, (number, worker) -> {
                    assertThat(worker).isBetween(0, 2);
                    ran.incrementAndGet(number);
                });
                int[] times = IntStream.range(0, 7).map(ran::get).toArray();
                assertThat(times)
                        .as("loop %d: %s", loop, Arrays.toString(times))
                        .isEqualTo(IntStream.range(0, 7)
                                .map(n -> n < count ? 1 : 0)
                                .toArray());
            }
        }
    }

    /// The other tasks run, and the next loop works.
    @Test
    void whatATaskThrowsReachesTheCaller() {
        try (Team team = new Team(2)) {
            AtomicIntegerArray ran = new AtomicIntegerArray(50);
            assertThatThrownBy(() -> team.each(50, (number, worker) -> {
                        ran.incrementAndGet(number);
                        if (number == 20) {
                            throw new IllegalStateException("task 20");
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("task 20");
            assertThat(IntStream.range(0, 50).map(ran::get).sum()).isEqualTo(50);
            team.each(50, (number, worker) -> ran.incrementAndGet(number));
            assertThat(IntStream.range(0, 50).map(ran::get).sum()).isEqualTo(100);
        }
    }
}
