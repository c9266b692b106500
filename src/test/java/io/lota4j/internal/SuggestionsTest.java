package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
    private static final List<String> KNOWN = List.of("steps", "sparsity", "lr", "batch", "seed");

    @Test
    void findsNearNames() {
        assertThat(Suggestions.nearest("sprasity", KNOWN)).hasValue("sparsity");
        assertThat(Suggestions.nearest("step", KNOWN)).hasValue("steps");
        assertThat(Suggestions.nearest("LR", KNOWN)).hasValue("lr");
        assertThat(Suggestions.nearest("batchh", KNOWN)).hasValue("batch");
    }

    @Test
    void isSilentWhenNothingIsNear() {
        assertThat(Suggestions.nearest("temperature", KNOWN)).isEmpty();
        assertThat(Suggestions.nearest("x", List.of())).isEmpty();
    }

    @Test
    void countsEdits() {
        assertThat(Suggestions.distance("", "abc")).isEqualTo(3);
        assertThat(Suggestions.distance("abcd", "abdc")).isEqualTo(1);
        assertThat(Suggestions.distance("kitten", "sitting")).isEqualTo(3);
    }
}
