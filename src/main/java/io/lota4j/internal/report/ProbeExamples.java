package io.lota4j.internal.report;

import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.metrics.Results;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A few of an experiment's answers, for people to look at.
final class ProbeExamples {
    private static final int LONGEST = 200;

    private final Path file;
    private final String probe;
    private final String form;
    private final Map<String, Map<String, Said>> models = new LinkedHashMap<>();

    /// What a model said to a row.
    record Said(String prompt, String text, String outcome) {}

    /// A row to which two models said things of another outcome.
    record Changed(String prompt, Said before, Said after) {}

    /// @param file of all answers
    /// @param form in which they were asked
    ProbeExamples(Path file, String probe, String form) {
        this.file = file;
        this.probe = probe;
        this.form = form;
    }

    /// Rows whose outcome is another than the base's, the first of them.
    ///
    /// @param most how many
    /// @throws LotaException if the file cannot be read
    List<Changed> of(String run, int stage, int most) {
        Map<String, Said> before = models.computeIfAbsent(Results.BASE, base -> said(base, 0));
        Map<String, Said> after = said(run, stage);
        List<Changed> changed = new ArrayList<>();
        before.forEach((id, said) -> {
            Said now = after.get(id);
            if (changed.size() < most && now != null && !now.outcome().equals(said.outcome())) {
                changed.add(new Changed(said.prompt(), said, now));
            }
        });
        return changed;
    }

    private Map<String, Said> said(String run, int stage) {
        Map<String, Said> said = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(file)) {
            lines.filter(line -> line.contains(run)).forEach(line -> {
                JsonKeys row = new JsonKeys(
                        file, "", StrictJson.object(line.getBytes(StandardCharsets.UTF_8), file.toString()));
                if (row.text("run").equals(run)
                        && row.optionalCount("stage", Null.ABSENT).orElse(0) == stage
                        && row.text("probe").equals(probe)
                        && ProbeOutcomes.form(row).equals(form)
                        && row.optionalCount("sample", Null.ABSENT).orElse(0) == 0) {
                    said.put(
                            row.text("id"),
                            new Said(
                                    shortened(row.optionalText("prompt", Null.ABSENT)
                                            .orElse("")),
                                    shortened(row.optionalText("answer", Null.ABSENT)
                                            .orElse("")),
                                    row.text("outcome")));
                }
            });
        } catch (IOException | UncheckedIOException e) {
            throw new LotaException(file + ": cannot be read: " + e.getMessage() + ".", e);
        }
        return said;
    }

    private static String shortened(String text) {
        int most = Math.min(LONGEST, text.codePointCount(0, text.length()));
        int end = text.offsetByCodePoints(0, most);
        return end == text.length() ? text : text.substring(0, end) + " …";
    }
}
