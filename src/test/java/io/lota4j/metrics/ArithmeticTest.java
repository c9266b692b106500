package io.lota4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.internal.metrics.Front;
import io.lota4j.internal.metrics.Front.Point;
import io.lota4j.internal.metrics.Kept;
import io.lota4j.internal.metrics.Matrix;
import io.lota4j.internal.metrics.Matrix.Cell;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Metric.Split;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/// The arithmetic of forgetting, by hand.
class ArithmeticTest {
    private static final List<String> ORDER = List.of("a", "b", "c");

    /// Rows are stages from 0, columns tasks.
    private static Matrix matrix(Figure figure, double[]... rows) {
        Map<Cell, Double> cells = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                cells.put(new Cell(i, ORDER.get(j)), rows[i][j]);
            }
        }
        return new Matrix(figure, Split.TEST, ORDER.subList(0, rows[0].length), rows.length - 1, cells);
    }

    private static double[] row(double... values) {
        return values;
    }

    private static final Matrix LOSS =
            matrix(Figure.LOSS, row(2, 3, 4), row(1, 3.5, 4), row(1.25, 0.5, 4.5), row(1.5, 3.0, 1));

    private static final Matrix ACCURACY =
            matrix(Figure.ACCURACY, row(0, 0.1, 0), row(0.5, 0.1, 0), row(0.25, 0.8, 0), row(0.125, 1.0, 0.6));

    @Test
    void keptOfALossIsTheShareOfTheGain() {
        assertThat(LOSS.kept("a")).hasValue(0.5);
        assertThat(LOSS.kept("b")).hasValue(0.0);
        assertThat(LOSS.kept("c")).hasValue(1.0);
        assertThat(LOSS.keptEarlier()).hasValue(0.25);
    }

    @Test
    void keptOfAnAccuracyIsItsShare() {
        assertThat(ACCURACY.kept("a")).hasValue(0.25);
        assertThat(ACCURACY.kept("b")).hasValue(1.25);
        assertThat(ACCURACY.keptEarlier()).hasValue(0.75);
    }

    @Test
    void whatWasNotLearnedCannotBeKept() {
        Matrix worse = matrix(Figure.LOSS, row(1, 1), row(1, 1), row(2, 0.5));
        assertThat(worse.kept("a")).isEmpty();
        assertThat(worse.keptEarlier()).isEmpty();
        Matrix none = matrix(Figure.ACCURACY, row(0, 0), row(0, 0), row(0.1, 0.5));
        assertThat(none.kept("a")).isEmpty();
    }

    @Test
    void backwardTransferIsPositiveIfBetter() {
        assertThat(LOSS.backward()).hasValue((-0.5 - 2.5) / 2);
        assertThat(ACCURACY.backward().orElseThrow()).isCloseTo((-0.375 + 0.2) / 2, within(1e-15));
        assertThat(matrix(Figure.LOSS, row(2), row(1)).backward()).isEmpty();
    }

    @Test
    void theFinalAverageNeedsEveryTask() {
        assertThat(LOSS.finalAverage()).hasValue((1.5 + 3.0 + 1) / 3);
        Matrix part =
                new Matrix(Figure.LOSS, Split.TEST, ORDER, 3, Map.of(new Cell(3, "a"), 1.0, new Cell(3, "b"), 2.0));
        assertThat(part.finalAverage()).isEmpty();
        assertThat(part.last("a")).hasValue(1);
        assertThat(part.learned("a")).isEmpty();
        assertThat(part.kept("a")).isEmpty();
    }

    @Test
    void aMergeHasOneStageAndLearnsNothing() {
        Matrix merge =
                new Matrix(Figure.LOSS, Split.TEST, ORDER, 1, Map.of(new Cell(1, "a"), 1.0, new Cell(1, "b"), 2.0));
        assertThat(merge.last("b")).hasValue(2);
        assertThat(merge.learned("a")).isEmpty();
        assertThat(Kept.share(Figure.LOSS, OptionalDouble.of(3), OptionalDouble.of(1), merge.last("b")))
                .hasValue(0.5);
    }

    @Test
    void spreads() {
        Spread spread = Spread.of(Direction.HIGHER, List.of(1.0, 2.0, 6.0)).orElseThrow();
        assertThat(spread.mean()).isEqualTo(3);
        assertThat(spread.deviation().orElseThrow()).isCloseTo(Math.sqrt(7), within(1e-15));
        assertThat(spread.worst()).isEqualTo(1);
        assertThat(spread.n()).isEqualTo(3);
        assertThat(Spread.of(Direction.LOWER, List.of(1.0, 6.0)).orElseThrow().worst())
                .isEqualTo(6);
        assertThat(Spread.of(Direction.LOWER, List.of(1.0)).orElseThrow().deviation())
                .isEmpty();
        assertThat(Spread.of(Direction.LOWER, List.of())).isEmpty();
    }

    @Test
    void oneSeedTellsNothingApart() {
        Spread low = Spread.of(Direction.HIGHER, List.of(0.1, 0.2)).orElseThrow();
        Spread near = Spread.of(Direction.HIGHER, List.of(0.2, 0.3)).orElseThrow();
        Spread far = Spread.of(Direction.HIGHER, List.of(0.8, 0.9)).orElseThrow();
        Spread one = Spread.of(Direction.HIGHER, List.of(0.9)).orElseThrow();
        assertThat(low.apartFrom(near)).isFalse();
        assertThat(low.apartFrom(far)).isTrue();
        assertThat(low.apartFrom(one)).isFalse();
    }

    @Test
    void theFrontHasWhatNothingBeats() {
        Point gentle = new Point(0.4, 0.9);
        Point beaten = new Point(0.41, 0.8);
        Point middle = new Point(0.3, 0.7);
        Point strong = new Point(0.2, 0.1);
        Point equal = new Point(0.2, 0.1);
        assertThat(Front.of(List.of(strong, beaten, gentle, equal, middle), Direction.LOWER))
                .containsExactly(gentle, middle, strong);
        assertThat(Front.of(List.of(strong, beaten, gentle, middle), Direction.HIGHER))
                .containsExactly(gentle, beaten);
        assertThat(Front.of(List.of(), Direction.LOWER)).isEmpty();
    }
}
