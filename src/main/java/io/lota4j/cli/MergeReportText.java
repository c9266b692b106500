package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A merge report in lines.
final class MergeReportText {
    private MergeReportText() {}

    static List<String> lines(MergeReport report) {
        int models = report.models().size();
        Overlap total = report.total();
        List<String> lines = new ArrayList<>();
        lines.add(
                Text.format("%-12s %14s %9s %9s %9s %12s", "", "changed", "kept", "dropped", "flipped", "coefficient"));
        for (int model = 0; model < models; model++) {
            lines.add(model(letter(model), total, model));
        }
        for (int one = 0; one < models; one++) {
            for (int other = one + 1; other < models; other++) {
                lines.add(pair(total, one, other));
            }
        }
        for (int model = 0; model < models; model++) {
            lines.add(Text.format("%s is %s", letter(model), report.models().get(model)));
        }
        lost(total, models).ifPresent(lines::add);
        Words.inexact(report.inexact()).ifPresent(lines::add);
        return lines;
    }

    private static String model(String letter, Overlap total, int model) {
        return Text.format(
                "%-12s %,14d %9s %9s %9s %12.3f",
                letter,
                total.changed(model),
                Words.percent(total.kept(model)),
                Words.percent(total.dropped(model)),
                Words.percent(total.flipped(model)),
                total.coefficient(model));
    }

    private static String pair(Overlap total, int one, int other) {
        long shared = total.shared(one, other);
        String conflicts = shared == 0
                ? ""
                : Text.format(
                        ", %s of %,d shared disagree in sign",
                        Words.percent((double) total.conflicts(one, other) / shared), shared);
        return Text.format(
                "%s and %s: overlap %s%s, cosine %.3f",
                letter(one),
                letter(other),
                Words.percent(total.overlap(one, other)),
                conflicts,
                total.cosine(one, other));
    }

    private static Optional<String> lost(Overlap total, int models) {
        return IntStream.range(0, models)
                .boxed()
                .min(Comparator.comparingDouble(total::kept))
                .filter(model -> total.kept(model) < 1)
                .map(model -> Text.format(
                        "%s lost most: %s of its squared norm is kept",
                        letter(model), Words.percent(total.kept(model))));
    }

    static String letter(int model) {
        return model < 26 ? String.valueOf((char) ('A' + model)) : "T" + model;
    }
}
