package io.lota4j.internal.report;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Results;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What one or more experiments found.
public final class Report {
    private final Comparison comparison;

    private Report(Comparison comparison) {
        this.comparison = comparison;
    }

    /// Reads experiments; several are shown together.
    ///
    /// @param directories at least one, each with a `run.json` and a `metrics.jsonl`
    /// @throws LotaException if one cannot be read, or they do not share base and tasks
    public static Report read(List<Path> directories) {
        List<Results> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Path directory : directories) {
            parts.add(Results.read(directory));
            names.add(name(directory, names));
        }
        // Joined runs have other names than in the files of their answers.
        Path answers = directories.getFirst().resolve(Results.ANSWERS_FILE);
        boolean shown = directories.size() == 1 && Files.isRegularFile(answers);
        return new Report(Comparison.of(JoinedResults.of(parts, names), shown ? answers : null));
    }

    public static Report of(Results results) {
        return new Report(Comparison.of(results));
    }

    /// A directory's own name, or all of its path where another has that name.
    private static String name(Path directory, List<String> taken) {
        String name = String.valueOf(directory.toAbsolutePath().normalize().getFileName());
        return taken.contains(name) ? directory.toString() : name;
    }

    /// How many runs of the grid there are, and how many of them are done.
    public String progress() {
        int all = comparison.results().file().runs().size();
        return Text.format("%d of %s", all - comparison.missing().size(), Phrases.count(all, "run"));
    }

    /// A page that needs no other file.
    public String html() {
        return Page.of(comparison);
    }

    /// Tables for a README.
    public String markdown() {
        return MarkdownPage.of(comparison);
    }
}
