package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MemoryOptionsTest {
    @Test
    void aRunThatNeedsMoreThanThereIsIsWarnedOf() {
        assertThat(MemoryOptions.warning(3_000_000_001L, OptionalLong.of(3_000_000_000L)))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .startsWith("lota: warning: about " + Words.bytes(3_000_000_001L) + " more memory is needed")
                        .contains(Words.bytes(3_000_000_000L) + " can be had"));
    }

    @Test
    void whatFitsOrCannotBeToldIsNot() {
        assertThat(MemoryOptions.warning(3, OptionalLong.of(3))).isEmpty();
        assertThat(MemoryOptions.warning(-3, OptionalLong.of(0))).isEmpty();
        assertThat(MemoryOptions.warning(Long.MAX_VALUE, OptionalLong.empty())).isEmpty();
    }
}
