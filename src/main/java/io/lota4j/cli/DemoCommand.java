package io.lota4j.cli;

import io.lota4j.demo.Demo;
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

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lota-demo",
            description = "Where masks, tickets and data go (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("lota-demo");

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the data order (default: 0).")
    private long seed;

    @Override
    Plan plan() {
        return new Plan()
                .line("base", "built in, 820,864 weights")
                .line("tasks", "flip (reverse a word), plus (add two numbers)")
                .line("stages", "for each: calibrate, mask at 90% sparsity, train; then score")
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
        printer.println("Exact answers on 256 test rows of each task. The masks overlap by %s."
                .formatted(Words.percent(outcome.overlap())));
        printer.println("Left in " + out + ":");
        outcome.files()
                .forEach(file ->
                        printer.println("  %-40s%s".formatted(file, size(file)).stripTrailing()));
        printer.println("Done in " + ProgressText.duration((System.nanoTime() - start) / 1e9) + ".");
        return ExitCode.OK;
    }

    private static String size(Path file) {
        return file.toFile().isDirectory() ? "" : Words.size(file);
    }

    static List<String> table(List<Demo.Row> rows) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder("%-14s".formatted(""));
        rows.getFirst().accuracy().keySet().forEach(task -> head.append("%10s".formatted(task.taskName())));
        lines.add(head.toString());
        for (Demo.Row row : rows) {
            StringBuilder line = new StringBuilder("%-14s".formatted(row.model()));
            row.accuracy().values().forEach(share -> line.append("%10s".formatted(Words.percent(share))));
            lines.add(line.toString());
        }
        return lines;
    }
}
