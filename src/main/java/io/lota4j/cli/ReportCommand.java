package io.lota4j.cli;

import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.report.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
@Prints(
        value = {Key.PATH, Key.PROGRESS, Key.BYTES},
        sometimes = Key.MARKDOWN)
final class ReportCommand extends BaseCommand {
    @Reads(takesPages = true)
    @Parameters(
            paramLabel = "DIR",
            arity = "1..*",
            description = "What an experiment left; several are shown together if they share base and tasks.")
    private List<Path> directories = new ArrayList<>();

    @Writes(OutputKind.REPORT)
    @Option(
            names = "--out",
            paramLabel = "F.html",
            description = "The page to write (default: report.html in the first DIR).")
    private @Nullable Path out;

    @Writes(OutputKind.REPORT)
    @Option(names = "--md", paramLabel = "F.md", description = "Also write the main tables as Markdown.")
    private @Nullable Path markdown;

    @Override
    void addTo(CommandPaths places) {
        // Where there is no such directory, that is what is to be said.
        if (out == null && Files.isDirectory(directories.getFirst())) {
            places.writes("the page", page(), OutputKind.REPORT);
        }
    }

    @Override
    DryRun plan() {
        DryRun plan = new DryRun();
        Report report = Report.read(directories);
        directories.forEach(directory -> plan.line("reads", directory.toString()));
        return plan.line("done", report.progress()).line("writes", page().toString());
    }

    private Path page() {
        return out == null ? directories.getFirst().resolve("report.html") : out;
    }

    @Override
    int execute(Result result) {
        Report report = Report.read(directories);
        AtomicFile.write(page(), report.html());
        result.say(
                "%s: %s done, %s",
                Figure.of(Key.PATH, page()), Figure.of(Key.PROGRESS, report.progress()), ResultLines.size(page()));
        if (markdown != null) {
            AtomicFile.write(markdown, report.markdown());
            result.say("%s: tables as Markdown", Figure.of(Key.MARKDOWN, markdown));
        }
        return ExitCode.OK;
    }
}
