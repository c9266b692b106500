package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.run.MergeReportFile;
import io.lota4j.internal.ticket.MappedTicket;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A merge report in lines.
final class MergeReportText {
    private MergeReportText() {}

    /// @param out the merged ticket
    /// @param file where the report is written, or null
    static void tell(Result result, MergeReport report, Path out, @Nullable Path file) {
        if (file != null) {
            MergeReportFile.write(file, report);
        }
        try (MappedTicket ticket = MappedTicket.open(out)) {
            result.say(ResultLines.ticket(ticket));
        }
        tell(result, report);
    }

    static void tell(Result result, MergeReport report) {
        int models = report.models().size();
        Overlap total = report.total();
        result.line(
                Text.format("%-12s %14s %9s %9s %9s %12s", "", "changed", "kept", "dropped", "flipped", "coefficient"));
        for (int model = 0; model < models; model++) {
            result.add(Key.MODELS, model(report, model));
        }
        for (int one = 0; one < models; one++) {
            for (int other = one + 1; other < models; other++) {
                result.add(Key.PAIRS, pair(total, one, other));
            }
        }
        for (int model = 0; model < models; model++) {
            result.line(Text.format("%s is %s", letter(model), report.models().get(model)));
        }
        lost(total, models).ifPresent(result::line);
        ResultLines.inexact(report.inexact()).ifPresent(result::say);
    }

    private static Sentence model(MergeReport report, int model) {
        Overlap total = report.total();
        return Sentence.of(
                        "%-12s %14s %9s %9s %9s %12s",
                        Figure.of(Key.NAME, letter(model)),
                        Figure.count(Key.CHANGED, total.changed(model)),
                        Figure.share(Key.KEPT, total.kept(model)),
                        Figure.share(Key.DROPPED, total.dropped(model)),
                        Figure.share(Key.FLIPPED, total.flipped(model)),
                        Figure.real(Key.COEFFICIENT, total.coefficient(model), 3))
                .with(Figure.of(Key.PATH, report.models().get(model)));
    }

    private static Sentence pair(Overlap total, int one, int other) {
        long shared = total.shared(one, other);
        Figure both = Figure.count(Key.SHARED, shared);
        Figure opposed = Figure.share(Key.CONFLICT_SHARE, (double) total.conflicts(one, other) / Math.max(1, shared));
        Sentence conflicts = shared == 0
                ? Sentence.of("").with(opposed, both)
                : Sentence.of(", %s of %s shared disagree in sign", opposed, both);
        return Sentence.join(
                "",
                List.of(
                        Sentence.of(
                                "%s: overlap %s",
                                new Figure(
                                        Key.NAMES,
                                        List.of(letter(one), letter(other)),
                                        letter(one) + " and " + letter(other)),
                                Figure.share(Key.OVERLAP, total.overlap(one, other))),
                        conflicts,
                        Sentence.of(", cosine %s", Figure.real(Key.COSINE, total.cosine(one, other), 3))));
    }

    /// It repeats a figure of the table.
    private static Optional<String> lost(Overlap total, int models) {
        return IntStream.range(0, models)
                .boxed()
                .min(Comparator.comparingDouble(total::kept))
                .filter(model -> total.kept(model) < 1)
                .map(model -> Text.format(
                        "%s lost most: %s of its squared norm is kept",
                        letter(model), ResultLines.percent(total.kept(model))));
    }

    static String letter(int model) {
        return model < 26 ? String.valueOf((char) ('A' + model)) : "T" + model;
    }
}
