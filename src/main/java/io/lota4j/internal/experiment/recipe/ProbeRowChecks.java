package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeRow;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.JudgeSettings.Kind;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.ProbeMixing;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.guard.ProbeRows;
import io.lota4j.internal.guard.ProbeRows.Placed;
import io.lota4j.internal.yaml.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Tells what is wrong with the rows of an experiment's probes: what a judge would miss, and what is asked and taught
/// at
/// once. Texts of rows are in no message.
final class ProbeRowChecks {
    /// So many problems of one kind are told.
    private static final int TOLD = 5;

    private final Probe probe;
    private final String place;
    private final List<Protection> protections;
    private final Problems problems;

    private ProbeRowChecks(Experiment experiment, Probe probe, Problems problems) {
        this.probe = probe;
        this.place = Text.format("%s: probes.%s", experiment.recipe(), probe.name());
        this.protections = experiment.protections();
        this.problems = problems;
    }

    static void tell(Experiment experiment, Problems problems) {
        experiment.probes().forEach(probe -> new ProbeRowChecks(experiment, probe, problems).tell());
    }

    private void tell() {
        List<Placed> test = read(probe.test(), "test");
        List<Placed> asked = test.subList(0, Math.min(test.size(), probe.rows()));
        if (!asked.isEmpty()) {
            columns(asked);
        }
        if (probe.train() != null) {
            List<Placed> all = read(probe.train(), "train");
            List<Placed> train = all.subList(0, Math.min(all.size(), probe.trainRows()));
            overlap(train, asked);
            if (!train.isEmpty()) {
                protections.forEach(protection -> taught(train, protection));
            }
        }
    }

    /// A file that is not there is told of already.
    private List<Placed> read(Path file, String key) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        List<String> wrong = new ArrayList<>();
        List<Placed> rows = List.of();
        try {
            rows = ProbeRows.read(file, probe.format(), bad -> wrong.add(Objects.toString(bad.getMessage(), "")));
        } catch (LotaException bad) {
            wrong.add(Objects.toString(bad.getMessage(), ""));
        }
        wrong.replaceAll(what -> Text.format("%s.%s: %s", place, key, what));
        tell(wrong);
        return wrong.isEmpty() ? rows : List.of();
    }

    private void tell(List<String> wrong) {
        wrong.stream().limit(TOLD).forEach(problems::error);
        if (wrong.size() > TOLD) {
            problems.error(Text.format("%s: %d more rows like these", place, wrong.size() - TOLD));
        }
    }

    private void columns(List<Placed> asked) {
        if (asked.stream().noneMatch(one -> one.row().expect() == Expectation.DECLINE)) {
            problems.error(
                    Text.format("%s.test: no row expects 'decline', so there is no behaviour to measure", place));
        }
        if (probe.judge().kind() == Kind.ANSWER) {
            needed(asked, "decline", ProbeRow::decline);
            needed(asked, "answer", ProbeRow::answer);
        }
        if (probe.judge().kind() == Kind.MARGIN) {
            some(
                    asked,
                    row -> row.decline() != null && row.answer() != null,
                    "'decline' and 'answer', of which the judge 'margin' compares the probabilities");
        }
        if (probe.depth() != null && probe.depth().given()) {
            some(
                    asked,
                    row -> row.answer() != null && row.expect() == Expectation.DECLINE,
                    "'answer', along which 'along: answer' compares");
        }
        if (probe.prefill().stream().anyMatch(tokens -> tokens > 0)) {
            some(asked, row -> row.answer() != null, "'answer', whose tokens a prefill puts before the model's");
        }
    }

    private interface Column {
        @Nullable
        String of(ProbeRow row);
    }

    private void needed(List<Placed> asked, String column, Column text) {
        List<Placed> without =
                asked.stream().filter(one -> text.of(one.row()) == null).toList();
        if (!without.isEmpty()) {
            problems.error(Text.format(
                    "%s.test: %s, line %d has no '%s', which the judge 'answer' compares with (%d of %d rows have"
                            + " none)",
                    place, probe.test(), without.getFirst().line(), column, without.size(), asked.size()));
        }
    }

    private void some(List<Placed> asked, Predicate<ProbeRow> has, String what) {
        if (asked.stream().noneMatch(one -> has.test(one.row()))) {
            problems.error(Text.format("%s.test: no row of %s has %s", place, probe.test(), what));
        }
    }

    /// A protection without rows to learn from.
    private void taught(List<Placed> train, Protection protection) {
        boolean shows = protection
                .region()
                .filter(use -> use.region().safety().equals(probe.name()))
                .isPresent();
        Optional<ProbeMixing> mixing =
                protection.probeMixing().filter(mixed -> mixed.probe().equals(probe.name()));
        boolean begins = mixing.filter(mixed -> mixed.how().recovery() != null).isPresent();
        if ((shows || mixing.isPresent())
                && train.stream()
                        .map(Placed::row)
                        .noneMatch(row -> row.expect() == Expectation.DECLINE
                                && row.decline() != null
                                && (!begins || row.answer() != null))) {
            problems.error(Text.format(
                    "%s.train: no row of %s expects 'decline' and has %s, of which '%s' learns",
                    place,
                    probe.train(),
                    begins ? "the texts 'decline' and 'answer'" : "a text 'decline'",
                    protection.name()));
        }
    }

    private void overlap(List<Placed> train, List<Placed> asked) {
        Map<String, Integer> taught = new HashMap<>();
        train.forEach(one -> taught.putIfAbsent(one.row().prompt().strip(), one.line()));
        List<String> wrong = new ArrayList<>();
        for (Placed one : asked) {
            Integer line = taught.get(one.row().prompt().strip());
            if (line != null) {
                wrong.add(Text.format(
                        "%s: the prompt of %s, line %d is that of %s, line %d too; leave one of them out",
                        place, probe.test(), one.line(), probe.train(), line));
            }
        }
        tell(wrong);
    }
}
