package io.lota4j.cli;

import io.lota4j.demo.Demo;
import io.lota4j.demo.DemoSequence;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lota demo`: all of it on the built-in base.
@Command(subcommands = {DemoDataCommand.class, GuardDemoCommand.class})
@Prints(
        value = {Key.SCORES, Key.OVERLAP, Key.PATH, Key.FILES, Key.SECONDS},
        sometimes = Key.REPORT)
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
    DryRun plan() {
        return new DryRun()
                .line("base", "built in, 820,864 weights")
                .line("tasks", "flip (reverse a word), plus (add two numbers)")
                .line("stages", "for each: calibrate, mask at 90% sparsity, train; then score")
                .line(
                        "comparison",
                        brief
                                ? "none"
                                : "flip, plus, order (sort a word), shift (next letters) in sequence: full, lota,"
                                        + " fisher, also shrunk; two seeds")
                .line("files", out.toString());
    }

    @Override
    int execute(Result result) {
        long start = System.nanoTime();
        Demo.Outcome outcome = new Demo(out, seed, new ShownStages(messages())).run();
        result.line("");
        table(result, outcome.rows());
        result.line("");
        result.say(
                "Exact answers on 256 test rows of each task. The masks overlap by %s.",
                Figure.share(Key.OVERLAP, outcome.overlap()));
        result.say("Left in %s:", Figure.of(Key.PATH, out));
        outcome.files().forEach(file -> result.add(Key.FILES, file(file)));
        int code = brief ? ExitCode.OK : compare(result);
        double seconds = (System.nanoTime() - start) / 1e9;
        result.say("Done in %s.", new Figure(Key.SECONDS, seconds, ProgressText.duration(seconds)));
        return code;
    }

    /// The tasks one after the other, by several methods, with a page of what came of it.
    private int compare(Result result) {
        Path recipe = DemoSequence.write(out);
        result.line("");
        result.line("One after the other, full fine-tuning beside LoTA and masks by gradient, each also shrunk, two"
                + " seeds:");
        return new DemoExperiment(recipe, out).run(messages(), result) ? ExitCode.OK : ExitCode.INTERRUPTED;
    }

    private static Sentence file(Path file) {
        Figure path = Figure.of(Key.PATH, file);
        return file.toFile().isDirectory()
                ? Sentence.of("  %s", path)
                : Sentence.of("  %-40s%s", path, ResultLines.size(file));
    }

    private static void table(Result result, List<Demo.Row> rows) {
        StringBuilder head = new StringBuilder(Text.format("%-14s", ""));
        rows.getFirst().accuracy().keySet().forEach(task -> head.append(Text.format("%10s", task.taskName())));
        result.line(head.toString());
        for (Demo.Row row : rows) {
            StringBuilder shares = new StringBuilder();
            Map<String, Double> accuracy = new LinkedHashMap<>();
            row.accuracy().forEach((task, share) -> {
                shares.append(Text.format("%10s", ResultLines.percent(share)));
                accuracy.put(task.taskName(), share);
            });
            result.add(
                    Key.SCORES,
                    Sentence.of(
                            "%-14s%s",
                            Figure.of(Key.NAME, row.model()), new Figure(Key.ACCURACY, accuracy, shares.toString())));
        }
    }
}
