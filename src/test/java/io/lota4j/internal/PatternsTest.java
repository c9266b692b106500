package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

class PatternsTest {
    @Test
    void aSearchWithoutEndIsGivenUp() {
        Pattern endless = Pattern.compile("(.*a){20}b");
        assertThat(Patterns.matches(Pattern.compile("(.*a){2}b"), "aab")).isTrue();
        assertThat(Patterns.matches(Pattern.compile("(.*a){3}b"), "aab")).isFalse();
        assertThatThrownBy(() -> Patterns.matches(endless, "a".repeat(60)))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageContaining("it takes too long to look for");
    }

    @Test
    void aSearchThatTakesAllOfTheStackIsGivenUp() {
        Pattern recursive = Pattern.compile("(?:a|b)*");
        assertThatThrownBy(() -> Patterns.matches(recursive, "ab".repeat(200_000)))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageContaining("too many groups or repetitions within each other");
    }
}
