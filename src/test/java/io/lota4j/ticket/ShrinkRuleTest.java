package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.ticket.Shrinkage.By;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rule for alpha, on recorded scores: entry k is the score of k/20 of a ticket.
class ShrinkRuleTest {
    /// A task that is learned over a short way, as recorded with 128 rows: right answers.
    private static final int[] RIGHT = {
        0, 0, 3, 11, 30, 58, 90, 113, 121, 125, 126, 127, 127, 127, 128, 127, 127, 127, 127, 127, 127
    };

    private final List<Integer> scored = new ArrayList<>();
    private final List<Boolean> answered = new ArrayList<>();

    @BeforeEach
    void forget() {
        scored.clear();
        answered.clear();
    }

    private Shrinkage byAnswers(ShrinkRule rule, int... right) {
        return byAnswers(rule, 128, 0, right);
    }

    /// @param right answers of each part: that the first so many rows have
    private Shrinkage byAnswers(ShrinkRule rule, int rows, double guess, int... right) {
        return rule.find(OptionalDouble.of(guess), (alpha, answers) -> {
            int part = part(alpha, answers);
            return new ShrinkRule.Score(3 - 0.1 * part, answers ? firstOf(right[part], rows) : List.of());
        });
    }

    private static List<Boolean> firstOf(int right, int rows) {
        return IntStream.range(0, rows).mapToObj(row -> row < right).toList();
    }

    private Shrinkage byLoss(ShrinkRule rule, double... losses) {
        return rule.find(
                OptionalDouble.empty(),
                (alpha, answers) -> new ShrinkRule.Score(losses[part(alpha, answers)], List.of()));
    }

    private int part(double alpha, boolean answers) {
        int part = (int) Math.round(alpha * 20);
        assertThat(alpha).isEqualTo((double) part / 20);
        scored.add(part);
        answered.add(answers);
        return part;
    }

    private static int[] rows(int everywhere, int whole, int start) {
        int[] all = new int[21];
        Arrays.fill(all, everywhere);
        all[20] = whole;
        all[0] = start;
        return all;
    }

    private static double[] filled(double value) {
        double[] all = new double[21];
        Arrays.fill(all, value);
        return all;
    }

    /// 127 of 128 right with the whole ticket, one of which may be lost: 126 are enough, at 10/20.
    @Test
    void alphaIsTheSmallestPartThatIsEnoughTimesTheMargin() {
        Shrinkage found = byAnswers(ShrinkRule.USUAL, RIGHT);
        assertThat(scored).containsExactly(20, 0, 10, 5, 7, 8, 9);
        assertThat(answered).containsOnly(true);
        assertThat(found.by()).isEqualTo(By.RIGHT);
        assertThat(found.smallest()).isEqualTo(0.5);
        assertThat(found.alpha()).isEqualTo(0.75);
        assertThat(found.whole()).isEqualTo(127 / 128.0);
        assertThat(found.kept()).isEqualTo(126 / 128.0);
        assertThat(found.before()).isZero();
        assertThat(found.answers()).contains(new AnswerGain(128, 127, 127, 0, 0));
        assertThat(found.notices()).isEmpty();
        assertThat(found.text())
                .isEqualTo("alpha 0.75 = 1.5 x 0.5: right answers 99.22% with the whole ticket, 98.44% with 0.5 of it,"
                        + " 0.00% without it");
    }

    @Test
    void aMarginNeverMakesATicketLarger() {
        Shrinkage found = byAnswers(new ShrinkRule(0.01, 3), RIGHT);
        assertThat(found.smallest()).isEqualTo(0.5);
        assertThat(found.alpha()).isEqualTo(1);
        assertThat(found.text()).startsWith("alpha 1 = at most 1 of 3 x 0.5: ");
        assertThat(byAnswers(new ShrinkRule(0.01, 1), RIGHT).alpha()).isEqualTo(0.5);
    }

    /// 8/20 would do and 9/20 would not: the bisection looks at 10, 5, 7, 8 and takes 8; with a dip at 10
    /// it never sees the parts below.
    @Test
    void scoresThatFallInBetweenAreSeenWhereTheBisectionLooks() {
        int[] dip = RIGHT.clone();
        dip[8] = 127;
        dip[9] = 100;
        assertThat(byAnswers(ShrinkRule.USUAL, dip).smallest()).isEqualTo(0.4);
        assertThat(scored).containsExactly(20, 0, 10, 5, 7, 8);
        scored.clear();
        dip[10] = 90;
        assertThat(byAnswers(ShrinkRule.USUAL, dip).smallest()).isEqualTo(0.55);
        assertThat(scored).containsExactly(20, 0, 10, 15, 12, 11);
    }

    /// 0.29 - 0.01 is under 0.28 as F64, and 0.07 - 0.01 is over 0.06: both are ties, and a tie is enough.
    @Test
    void aTieIsEnough() {
        for (int whole : new int[] {29, 7, 97, 100}) {
            assertThat(byAnswers(ShrinkRule.USUAL, 100, 0, rows(whole - 1, whole, 0))
                            .smallest())
                    .isEqualTo(0.05);
            assertThat(byAnswers(ShrinkRule.USUAL, 100, 0, rows(whole - 2, whole, 0))
                            .smallest())
                    .isEqualTo(1);
        }
    }

    @Test
    void itSaysThatNothingCouldBeSaved() {
        Shrinkage found = byAnswers(ShrinkRule.USUAL, rows(64, 115, 64));
        assertThat(scored).containsExactly(20, 0, 10, 15, 17, 18, 19);
        assertThat(found.savesNothing()).isTrue();
        assertThat(found.alpha()).isEqualTo(1);
        assertThat(found.kept()).isEqualTo(found.whole());
        assertThat(found.notices()).singleElement().asString().startsWith("Nothing could be saved: ");
    }

    @Test
    void itSaysThatTheLowestPartWasEnough() {
        Shrinkage found = byAnswers(ShrinkRule.USUAL, rows(115, 115, 3));
        assertThat(scored).containsExactly(20, 0, 10, 5, 2, 1);
        assertThat(found.isLowest()).isTrue();
        assertThat(found.smallest()).isEqualTo(0.05);
        assertThat(found.alpha()).isCloseTo(0.075, within(1e-15));
        assertThat(found.notices())
                .singleElement()
                .asString()
                .startsWith("The smallest part that is tried, 1/20 of the ticket, was enough: ");
    }

    /// 2 without the ticket, 1 with all of it: 0.01 of the gain may be lost.
    @Test
    void byTheLossAShareOfTheGainIsKept() {
        double[] losses = new double[21];
        for (int part = 0; part <= 20; part++) {
            losses[part] = 1 + Math.pow(1 - part / 20.0, 3);
        }
        Shrinkage found = byLoss(ShrinkRule.USUAL, losses);
        assertThat(scored).containsExactly(20, 0, 10, 15, 17, 16);
        assertThat(answered).containsOnly(false);
        assertThat(found.by()).isEqualTo(By.LOSS);
        assertThat(found.smallest()).isEqualTo(0.8);
        assertThat(found.kept()).isCloseTo(1.008, within(1e-12));
        assertThat(found.before()).isEqualTo(2);
        assertThat(found.answers()).isEmpty();
        assertThat(found.alpha()).isEqualTo(1);
        assertThat(found.savesNothing()).isFalse();
        assertThat(found.text())
                .isEqualTo("alpha 1 = at most 1 of 1.5 x 0.8: loss 1.0000 with the whole ticket, 1.0080 with 0.8 of"
                        + " it, 2.0000 without it");
    }

    /// A rate that was too bold went past the best loss on the way: much less than the whole is enough.
    @Test
    void aLossThatRisesAgainKeepsWhatTheWholeTicketGained() {
        double[] losses = new double[21];
        for (int part = 0; part <= 20; part++) {
            losses[part] = 2 - 2 * part / 20.0 * (1.5 - part / 20.0);
        }
        Shrinkage found = byLoss(ShrinkRule.USUAL, losses);
        assertThat(found.whole()).isEqualTo(1);
        assertThat(found.smallest()).isEqualTo(0.5);
        assertThat(found.kept()).isEqualTo(1);
    }

    @Test
    void ofATicketThatGainsNothingNothingNeedBeKept() {
        double[] losses = filled(2);
        losses[20] = 2.5;
        Shrinkage found = byLoss(ShrinkRule.USUAL, losses);
        assertThat(found.smallest()).isEqualTo(0.05);
        assertThat(found.notices())
                .singleElement()
                .asString()
                .startsWith("The ticket gains nothing on these rows: their loss is 2.0000 without it and 2.5000 with");
    }

    /// Of 128 rows one may be lost: that only one is right cannot be told from none.
    @Test
    void answersThatAreHardlyEverRightLeaveItToTheLoss() {
        Shrinkage found = byAnswers(ShrinkRule.USUAL, rows(0, 1, 0));
        assertThat(found.by()).isEqualTo(By.LOSS);
        assertThat(answered).containsExactly(true, true, false, false, false, false, false);
        assertThat(found.whole()).isCloseTo(1, within(1e-12));
        assertThat(found.before()).isEqualTo(3);
        assertThat(found.smallest()).isEqualTo(1);
    }

    /// What is within the tolerance says nothing, however clear it is.
    @Test
    void answersWithinTheToleranceLeaveItToTheLoss() {
        Shrinkage found = byAnswers(new ShrinkRule(0.4, 1), rows(0, 40, 0));
        assertThat(found.answers().orElseThrow().isClear()).isTrue();
        assertThat(found.by()).isEqualTo(By.LOSS);
        assertThat(found.notices())
                .contains("The loss decided how much of the ticket is needed, since no more answers are right than the"
                        + " tolerance allows to lose. The whole ticket has 40 of 128 rows right, 0 at the start (p ="
                        + " 9.1e-13), 0 by the most frequent answer alone (p = 0.0).");
    }

    /// Four gained and none lost come by chance one time in sixteen, five one in thirty-two.
    @Test
    void answersThatAreNotClearlyOverTheStartsLeaveItToTheLoss() {
        assertThat(byAnswers(ShrinkRule.USUAL, rows(60, 64, 60)).by()).isEqualTo(By.LOSS);
        assertThat(byAnswers(ShrinkRule.USUAL, rows(60, 65, 60)).by()).isEqualTo(By.RIGHT);
        assertThat(byAnswers(ShrinkRule.USUAL, rows(60, 50, 60)).by()).isEqualTo(By.LOSS);
    }

    /// As many right answers on other rows: seven gained and six lost.
    @Test
    void rowsAreComparedOneByOne() {
        List<Boolean> start = IntStream.range(0, 20).mapToObj(row -> row < 6).toList();
        List<Boolean> whole = IntStream.range(0, 20).mapToObj(row -> row >= 13).toList();
        Shrinkage found = ShrinkRule.USUAL.find(
                OptionalDouble.of(0), (alpha, answers) -> new ShrinkRule.Score(2 - alpha, alpha == 1 ? whole : start));
        assertThat(found.answers()).contains(new AnswerGain(20, 7, 7, 6, 0));
        assertThat(found.answers().orElseThrow().pStart()).isCloseTo(0.5, within(1e-12));
        assertThat(found.by()).isEqualTo(By.LOSS);
    }

    /// Of four choices, the most frequent is right in 11 of 40 rows: a start that names none has nothing right, but
    /// 13 right answers are no more than guessing gives.
    @Test
    void answersThatAreNotClearlyOverAGuessLeaveItToTheLoss() {
        Shrinkage found = byAnswers(ShrinkRule.USUAL, 40, 11 / 40.0, rows(13, 13, 0));
        assertThat(found.by()).isEqualTo(By.LOSS);
        assertThat(found.smallest()).isEqualTo(1);
        assertThat(found.notices().getFirst())
                .isEqualTo("The loss decided how much of the ticket is needed, since the answers are not clearly better"
                        + " than both the start's and a guess. The whole ticket has 13 of 40 rows right, 0 at the start"
                        + " (p = 0.00012), 11 by the most frequent answer alone (p = 0.29).");
        assertThat(found.origin("rows", 40))
                .containsEntry("shrink_score", "loss")
                .containsEntry(
                        "shrink_answers",
                        "13 of 40 rows right, 0 at the start (p = 0.00012), 11 by the most frequent answer alone (p ="
                                + " 0.29)");
        assertThat(byAnswers(ShrinkRule.USUAL, 40, 11 / 40.0, rows(17, 17, 0)).by())
                .isEqualTo(By.RIGHT);
    }

    @Test
    void whatWasFoundIsWrittenDown() {
        assertThat(byAnswers(ShrinkRule.USUAL, RIGHT).origin("rows.jsonl sha256:12", 128))
                .containsExactly(
                        entry("shrink_alpha", "0.75"),
                        entry("shrink_smallest", "0.5"),
                        entry("shrink_score", "right answers"),
                        entry("shrink_whole", "0.9921875"),
                        entry("shrink_kept", "0.984375"),
                        entry("shrink_before", "0.0"),
                        entry(
                                "shrink_answers",
                                "127 of 128 rows right, 0 at the start (p = 5.9e-39), 0 by the most frequent answer"
                                        + " alone (p = 0.0)"),
                        entry("shrink_data", "rows.jsonl sha256:12"),
                        entry("shrink_rows", "128"),
                        entry("shrink_tolerance", "0.01"),
                        entry("shrink_margin", "1.5"));
    }

    @Test
    void numbersOutOfTheirRangeAreRefused() {
        assertThatThrownBy(() -> new ShrinkRule(1, 1.5))
                .isInstanceOf(LotaException.class)
                .hasMessage("The tolerance must be at least 0 and under 1, found 1.0.");
        assertThatThrownBy(() -> new ShrinkRule(0.01, 0.5))
                .isInstanceOf(LotaException.class)
                .hasMessage("The margin must be a finite number of at least 1, found 0.5.");
        assertThatThrownBy(() -> new ShrinkRule(Double.NaN, 1)).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> new ShrinkRule(0, Double.POSITIVE_INFINITY)).isInstanceOf(LotaException.class);
    }
}
