package io.lota4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Course;
import io.lota4j.internal.metrics.Criterion;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Selection;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Metric.Split;
import io.lota4j.metrics.Metric.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which learning rates are chosen, by hand: two tasks, losses, the base at 2 on both.
class ChoiceTest {
    private static final List<String> ORDER = List.of("a", "b");

    private final List<Run> runs = new ArrayList<>();
    private final List<Metric> metrics = new ArrayList<>();

    /// @param first loss on task a after it was learned
    /// @param then loss on it at the end
    /// @param last loss on task b at the end
    private void run(String method, double lr, long seed, Split split, double first, double then, double last) {
        String name = Text.format("%s %s %d", method, lr, seed);
        Run run = new Run(name, method, "lota", 0.9, lr, ORDER, seed, Map.of(), null);
        if (!runs.contains(run)) {
            runs.add(run);
        }
        loss(name, seed, 1, "a", split, first);
        loss(name, seed, 2, "a", split, then);
        loss(name, seed, 2, "b", split, last);
    }

    private void loss(String run, long seed, int stage, String task, Split split, double value) {
        metrics.add(new Metric(Where.stage(run, seed, stage, task).at(split), Figure.LOSS, value, 10));
    }

    private void both(String method, double lr, long seed, double first, double then, double last) {
        run(method, lr, seed, Split.VALIDATION, first, then, last);
        run(method, lr, seed, Split.TEST, first + 0.1, then + 0.1, last + 0.1);
    }

    private Results results() {
        for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
            ORDER.forEach(task -> loss("base", 0, 0, task, split, 2));
        }
        RunFile file = new RunFile(
                RunFile.FORMAT,
                "n",
                null,
                "c",
                "r",
                new RunFile.Base("b", "f", 1, 1),
                List.of(),
                runs,
                List.of(),
                Map.of(),
                Map.of(),
                "",
                0,
                true,
                null,
                List.of(),
                List.of());
        return new Results(file, metrics);
    }

    /// Full forgets at every rate; the mask keeps more but learns b less well, the more gently the less.
    private Results compared() {
        both("full", 1e-4, 0, 0.5, 1.5, 0.25);
        both("full", 1e-4, 1, 0.5, 1.3, 0.35);
        both("full", 1e-5, 0, 0.5, 1.1, 0.5);
        both("full", 1e-5, 1, 0.5, 1.1, 0.5);
        both("mask", 1e-3, 0, 0.5, 1.0, 0.4);
        both("mask", 1e-3, 1, 0.5, 1.0, 0.6);
        both("mask", 1e-4, 0, 0.5, 0.5, 1.5);
        both("mask", 1e-4, 1, 0.5, 0.5, 1.5);
        return results();
    }

    @Test
    void theRateWithTheBestFinalAverageIsSelected() {
        Results results = compared();
        Selection selection =
                Selection.of(results, results.groups(), Figure.LOSS).orElseThrow();
        assertThat(selection.criterion()).isEqualTo(new Criterion(Figure.LOSS, Split.VALIDATION));
        assertThat(selection.chosen()).extracting(Group::method).containsExactly("full", "mask");
        assertThat(selection.chosen()).extracting(Group::lr).containsExactly(1e-5, 1e-3);
    }

    @Test
    void theTargetIsTheWorstOfTheBestAndTheGentlestThatReachesItCounts() {
        Results results = compared();
        Matched matched = Matched.of(results, results.groups(), Figure.LOSS).orElseThrow();
        assertThat(matched.target()).isEqualTo(0.5);
        assertThat(matched.chosen()).extracting(Group::method).containsExactly("full", "mask");
        assertThat(matched.chosen()).extracting(Group::lr).containsExactly(1e-5, 1e-3);
        Group mask = matched.chosen().get(1);
        Spread kept = matched.reported().kept(results, mask).orElseThrow();
        assertThat(kept.mean()).isCloseTo((2 - 1.1) / (2 - 0.6), within(1e-12));
        assertThat(matched.reported().last(results, mask).orElseThrow().mean()).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void withoutValidationTheTestRowsChooseAndThatIsKnown() {
        run("full", 1e-4, 0, Split.TEST, 0.5, 1.5, 0.25);
        Results results = results();
        Matched matched = Matched.of(results, results.groups(), Figure.LOSS).orElseThrow();
        assertThat(matched.criterion().onTest()).isTrue();
        assertThat(Selection.of(results, results.groups(), Figure.ACCURACY)).isEmpty();
    }

    @Test
    void accuraciesThatNoValidationRowHasAreChosenByTheLossThere() {
        both("full", 1e-4, 0, 0.5, 1.5, 0.25);
        both("full", 1e-5, 0, 0.5, 1.4, 0.2);
        for (Run run : runs) {
            for (String task : ORDER) {
                Where where = Where.stage(run.name(), 0, 2, task).at(Split.TEST);
                metrics.add(new Metric(where, Figure.ACCURACY, run.lr() * 1000, 10));
            }
        }
        Results results = results();
        Selection selection =
                Selection.of(results, results.groups(), Figure.ACCURACY).orElseThrow();
        assertThat(selection.criterion()).isEqualTo(new Criterion(Figure.LOSS, Split.VALIDATION));
        assertThat(selection.chosen()).extracting(Group::lr).containsExactly(1e-5);
    }

    @Test
    void runsThatAreNotDoneAreLeftOut() {
        both("full", 1e-4, 0, 0.5, 1.5, 0.25);
        Run begun = new Run("begun", "mask", "lota", 0.9, 1e-3, ORDER, 0, Map.of(), null);
        runs.add(begun);
        loss("begun", 0, 1, "a", Split.TEST, 0.5);
        Results results = results();
        assertThat(results.done(begun)).isFalse();
        assertThat(results.sequences().get(new Course(ORDER, Map.of()))).hasSize(2);
        assertThat(Matched.of(results, results.groups(), Figure.LOSS)
                        .orElseThrow()
                        .chosen())
                .extracting(Group::method)
                .containsExactly("full");
    }

    @Test
    void oneFigureHasOneValue() {
        both("full", 1e-4, 0, 0.5, 1.5, 0.25);
        loss("full 1.0E-4 0", 0, 1, "a", Split.TEST, 0.7);
        assertThatThrownBy(this::results)
                .isInstanceOf(LotaException.class)
                .hasMessage("loss of full 1.0E-4 0, stage 1, a, test has two values, 0.6 and 0.7.");
    }
}
