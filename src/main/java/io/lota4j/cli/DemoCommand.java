package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.demo.Demo;
import io.lota4j.demo.DemoSequence;
import io.lota4j.experiment.ExperimentRun;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.report.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lota demo`: all of it on the built-in base.
@Command(subcommands = DemoDataCommand.class)
final class DemoCommand extends BaseCommand {
    static final String NAME = "demo";

    @Writes(OutputKind.FOLDER)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lota-demo",
            description = "Where masks, tickets and data go (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("lota-demo");

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Seed of the data order (default: 0).")
    private long seed;

    @Option(names = "--short", description = "Leave out the comparison of methods on a sequence of tasks.")
    private boolean brief;

    @Override
    Plan plan() {
        return new Plan()
                .line("base", "built in, 820,864 weights")
                .line("tasks", "flip (reverse a word), plus (add two numbers)")
                .line("stages", "for each: calibrate, mask at 90% sparsity, train; then score")
                .line(
                        "comparison",
                        brief
                                ? "none"
                                : "flip, plus, order (sort a word) in sequence: full, lora, lota, lotto; three seeds")
                .line("files", out.toString());
    }

    @Override
    int execute() {
        PrintWriter printer = out();
        long start = System.nanoTime();
        Demo.Outcome outcome = new Demo(out, seed, new ShownStages(err())).run();
        printer.println();
        table(outcome.rows()).forEach(printer::println);
        printer.println();
        printer.println(Text.format(
                "Exact answers on 256 test rows of each task. The masks overlap by %s.",
                Words.percent(outcome.overlap())));
        printer.println("Left in " + out + ":");
        outcome.files()
                .forEach(file -> printer.println(
                        Text.format("  %-40s%s", file, size(file)).stripTrailing()));
        printer.flush();
        int code = brief ? ExitCode.OK : compare();
        printer.println("Done in " + ProgressText.duration((System.nanoTime() - start) / 1e9) + ".");
        return code;
    }

    /// The tasks one after the other, by several methods, with a page of what came of it.
    private int compare() {
        Path recipe = DemoSequence.write(out);
        out().println();
        out().println("One after the other, full fine-tuning and LoRA beside LoTA and LoTTO, three seeds:");
        out().flush();
        try (StopSignal stop = StopSignal.hold(System.err);
                ProgressBar bar = ProgressBar.on(err(), "stages")) {
            StagesInALine stages = new StagesInALine(bar);
            try (ExperimentRun run = Lota.experiment(recipe, stages, stop)) {
                stages.begin(run);
                if (!run.run()) {
                    bar.close();
                    err().println(Text.format("lota: stopped; resume with: lota run %s", recipe));
                    return ExitCode.INTERRUPTED;
                }
                page(run.out());
            }
        }
        return ExitCode.OK;
    }

    private void page(Path results) {
        Path page = out.resolve("report.html");
        AtomicFile.write(page, Report.read(List.of(results)).html());
        out().println(Text.format("Report: %s (open it in a browser)", page));
    }

    private static String size(Path file) {
        return file.toFile().isDirectory() ? "" : Words.size(file);
    }

    static List<String> table(List<Demo.Row> rows) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(Text.format("%-14s", ""));
        rows.getFirst().accuracy().keySet().forEach(task -> head.append(Text.format("%10s", task.taskName())));
        lines.add(head.toString());
        for (Demo.Row row : rows) {
            StringBuilder line = new StringBuilder(Text.format("%-14s", row.model()));
            row.accuracy().values().forEach(share -> line.append(Text.format("%10s", Words.percent(share))));
            lines.add(line.toString());
        }
        return lines;
    }
}
