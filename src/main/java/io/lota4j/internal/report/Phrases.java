package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.metrics.Figure;
import java.util.List;
import java.util.stream.IntStream;

/// Phrases that several sections need.
final class Phrases {
    private Phrases() {}

    static String figure(Figure figure) {
        return figure == Figure.LOSS ? "loss" : "share of right answers";
    }

    /// `a, b and c`
    static String list(List<String> names) {
        return names.size() < 2
                ? String.join("", names)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }

    /// `1 seed`, `3 seeds`
    static String count(long n, String what) {
        return Text.format("%,d %s%s", n, what, n == 1 ? "" : "s");
    }

    /// `3 seeds`, or `2 to 3 seeds`.
    static String range(IntStream counts, String what) {
        var range = counts.summaryStatistics();
        return range.getMin() == range.getMax()
                ? count(range.getMax(), what)
                : Text.format("%d to %s", range.getMin(), count(range.getMax(), what));
    }
}
