package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `lota demo data`: what the built-in base was trained on, and the tasks' rows.
@Command(
        name = "data",
        description = "Write the base's corpus, the tasks' rows and the base without its weights.",
        footer = {
            "",
            "DIR/base-train.jsonl, flip-train.jsonl, flip-test.jsonl ... are read with",
            "--prompt '{prompt}' --completion '{completion}'. DIR/model holds the base without its weights."
        })
final class DemoDataCommand implements Callable<Integer> {
    /// As many as 2800 steps of 64 rows read.
    private static final int DEFAULT_ROWS = 179_200;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to; made when missing.")
    private Path out = Path.of("");

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows of the base's corpus (${DEFAULT-VALUE}).",
            defaultValue = "" + DEFAULT_ROWS)
    private int rows = DEFAULT_ROWS;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides names and rows (${DEFAULT-VALUE}, that of the built-in base).",
            defaultValue = "" + DemoData.DEFAULT_SEED)
    private long seed = DemoData.DEFAULT_SEED;

    @Option(names = "--dry-run", description = "Say what would be written, and stop.")
    private boolean dryRun;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (rows < 1) {
            throw new LotaException("--rows must be 1 or more, not " + rows);
        }
        var printer = spec.commandLine().getOut();
        if (dryRun) {
            printer.println("would write %,d rows and the tasks' files to %s".formatted(rows, out));
            return ExitCode.OK;
        }
        DemoFiles.writeData(out, new DemoData(seed), rows).forEach(printer::println);
        DemoFiles.writeConfiguration(out.resolve("model"));
        printer.println(out.resolve("model"));
        return ExitCode.OK;
    }
}
