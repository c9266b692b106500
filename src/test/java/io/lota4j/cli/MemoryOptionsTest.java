package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

class MemoryOptionsTest {
    private static final OptionalLong THREE_GB = OptionalLong.of(3_000_000_000L);

    @Test
    void aRunThatNeedsMoreThanThereIsIsWarnedOf() {
        assertThat(warning(policy -> 3_000_000_001L, THREE_GB))
                .hasValue("lota: warning: about " + ResultLines.bytes(3_000_000_001L) + " more memory is needed, and "
                        + ResultLines.bytes(3_000_000_000L)
                        + " can be had on this machine or in this container: the run may be ended by the system.");
    }

    @Test
    void flagsWithWhichARunFitsAreNamed() {
        assertThat(warning(policy -> policy.base() == BaseWeights.MAPPED ? 2_000_000_000L : 5_000_000_000L, THREE_GB))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .endsWith(" With --mapped-base about " + ResultLines.bytes(2_000_000_000L) + " would do."));
        assertThat(warning(policy -> policy.equals(MemoryOptions.ALL.getLast()) ? 1 : 5_000_000_000L, THREE_GB))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .endsWith(" With --mapped-base and --activation-checkpointing about " + ResultLines.bytes(1)
                                + " would do."));
    }

    @Test
    void theLeastIsNamedWhereNothingFits() {
        assertThat(warning(policy -> policy.base() == BaseWeights.MAPPED ? 4_000_000_000L : 5_000_000_000L, THREE_GB))
                .hasValueSatisfying(warning -> assertThat(warning)
                        .endsWith(" Even with --mapped-base it is about " + ResultLines.bytes(4_000_000_000L) + "."));
    }

    @Test
    void whatFitsOrCannotBeToldIsNot() {
        assertThat(warning(policy -> 3, OptionalLong.of(3))).isEmpty();
        assertThat(warning(policy -> -3, OptionalLong.of(0))).isEmpty();
        assertThat(warning(policy -> Long.MAX_VALUE, OptionalLong.empty())).isEmpty();
    }

    private static Optional<String> warning(ToLongFunction<MemoryPolicy> more, OptionalLong available) {
        return MemoryOptions.warning(MemoryPolicy.KEEP, MemoryOptions.ALL, more, available);
    }
}
