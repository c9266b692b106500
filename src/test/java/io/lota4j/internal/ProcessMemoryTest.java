package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
    private static final long BYTES = 256L << 20;

    @Test
    void peakBeginsAnew() {
        assumeTrue(ProcessMemory.forgetPeak(), "the system cannot forget a peak");
        long before = ProcessMemory.peak().orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            arena.allocate(BYTES).fill((byte) 1);
            assertThat(ProcessMemory.peak().orElseThrow()).isGreaterThan(before + BYTES / 2);
        }
        long highest = ProcessMemory.peak().orElseThrow();
        assertThat(highest).isGreaterThan(before + BYTES / 2);
        ProcessMemory.forgetPeak();
        assertThat(ProcessMemory.peak().orElseThrow()).isLessThan(highest - BYTES / 2);
    }
}
