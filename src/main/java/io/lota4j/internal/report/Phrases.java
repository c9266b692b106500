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

    /// `a, b and c`; of names that have commas of their own `a; b, c; and d`.
    static String list(List<String> names) {
        String comma = separator(names);
        return names.size() < 2
                ? String.join("", names)
                : String.join(comma, names.subList(0, names.size() - 1))
                        + (comma.startsWith(";") ? "; and " : " and ")
                        + names.getLast();
    }

    /// What stands between names, so that it is no part of one.
    static String separator(List<String> names) {
        return names.stream().anyMatch(name -> name.contains(", ")) ? "; " : ", ";
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
