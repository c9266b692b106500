package io.lota4j.internal.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.eval.Verdict;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerCheckTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // generated | reference | verdict
                "Paris | Paris | CORRECT",
                "\" \tparis\n\" | PARIS | CORRECT",
                "\"SELECT  *\n FROM t\" | select * from T | CORRECT",
                // A no-break space and an ideographic one.
                "\"a\u00a0b\u3000c\" | a b c | CORRECT",
                "\"\u00a0a\u00a0\" | a | CORRECT",
                "\u00c4 | \u00e4 | CORRECT",
                "Paris. | Paris | WRONG",
                "ab | a b | WRONG",
                "\"\" | a | WRONG",
                "\"\" | \" \" | CORRECT",
            })
    void whiteSpaceAndCaseAreFolded(String generated, String reference, Verdict verdict) {
        assertThat(new AnswerCheck(null).check(generated, reference)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                // pattern ; generated ; reference ; verdict
                "#### (\\S+) ; so it is #### 42 ; long ago #### 42 ; CORRECT",
                "#### (\\S+) ; #### 1 and then #### 42 ; #### 42 ; CORRECT",
                "#### (\\S+) ; #### 42 and then #### 1 ; #### 42 ; WRONG",
                "#### (\\S+) ; it is 42 ; #### 42 ; UNPARSED",
                "#### (\\S+) ; \"\" ; #### 42 ; UNPARSED",
                // A reference that is the bare answer.
                "#### (\\S+) ; #### 42 ; 42 ; CORRECT",
                "#### (\\S+) ; #### 43 ; 42 ; WRONG",
                // Without a group the whole match counts; of several groups the first.
                "[0-9]+ ; 1 or 2 ; the answer is 2 ; CORRECT",
                "answer(\\d) of (\\d) ; answer1 of 4 ; answer1 of 5 ; CORRECT",
                "(?i)(true|false) ; It is TRUE ; true ; CORRECT",
                // An optional group that took no part parses nothing.
                "x(\\d)? ; x ; x1 ; UNPARSED",
            })
    void aPatternPicksTheAnswerFromItsLastMatch(String pattern, String generated, String reference, Verdict verdict) {
        assertThat(new AnswerCheck(Pattern.compile(pattern)).check(generated, reference))
                .isEqualTo(verdict);
    }

    /// References are taken as they are compared; one that stands alone is no guess.
    @Test
    void aGuessIsTheMostFrequentReference() {
        AnswerCheck whole = new AnswerCheck(null);
        assertThat(whole.guess(List.of("B", " b", "A", "C"))).isEqualTo(0.5);
        assertThat(whole.guess(List.of("A", "B", "C"))).isZero();
        assertThat(whole.guess(List.of())).isZero();
        AnswerCheck number = new AnswerCheck(Pattern.compile("#### (\\d+)"));
        assertThat(number.guess(List.of("1 + 1 #### 2", "4 / 2 #### 2", "3"))).isEqualTo(2 / 3.0);
    }
}
