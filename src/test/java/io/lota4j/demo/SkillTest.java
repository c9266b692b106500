package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkillTest {
    @ParameterizedTest
    @CsvSource({
        "COPY, bazec, bazec",
        "UPPER, bazec, BAZEC",
        "DOUBLED, abc, aabbcc",
        "FIRST, bazec, b",
        "LAST, bazec, c",
        "LENGTH, bazec, 5",
        "NEXT, bazec, cbafd",
        "REVERSED, bazec, cezab",
        "SORTED, bazec, abcez",
        "VOWELS, bazec, ae",
        "VOWELS, bzc, -",
        "SUM, 12 7, 19",
        "MAXIMUM, 12 7, 12",
        "MINIMUM, 12 7, 7",
    })
    void answers(Skill skill, String argument, String answer) {
        assertThat(skill.answer(argument)).isEqualTo(answer);
    }
}
