package io.lota4j.cli;

import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.internal.Text;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lota demo data`: what the built-in base was trained on, and the tasks' rows.
@Prints(Key.FILES)
@Command(
        name = "data",
        description = "Write the base, its corpus, the tasks' rows and those of a behaviour to protect.",
        footer = {
            "",
            "DIR/base-train.jsonl, flip-train.jsonl, flip-test.jsonl ... are rows of prompt and completion, which",
            "need no templates. DIR/base holds the base, DIR/model the same without its weights. Of a behaviour",
            "to protect, guard-train.jsonl and guard-test.jsonl are rows of a probe too, contrary-train.jsonl and",
            "contrary-test.jsonl undo it."
        })
final class DemoDataCommand extends BaseCommand {
    /// As many as 2800 steps of 64 rows read.
    private static final int DEFAULT_ROWS = 179_200;

    @Writes(OutputKind.FOLDER)
    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to; made when missing.")
    private Path out = Path.of("");

    @Option(
            names = "--rows",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Rows of the base's corpus (${DEFAULT-VALUE}).",
            defaultValue = "" + DEFAULT_ROWS)
    private int rows = DEFAULT_ROWS;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Decides names and rows (${DEFAULT-VALUE}, that of the built-in base).",
            defaultValue = "" + DemoData.DEFAULT_SEED)
    private long seed = DemoData.DEFAULT_SEED;

    @Override
    DryRun plan() {
        return new DryRun().line("data", Text.format("%,d rows and the tasks' files to %s", rows, out));
    }

    @Override
    int execute(Result result) {
        DemoFiles.writeData(out, new DemoData(seed), rows)
                .forEach(file -> result.add(Key.FILES, Sentence.of("%s", Figure.of(Key.PATH, file))));
        DemoFiles.writeConfiguration(out.resolve("model"));
        result.add(Key.FILES, Sentence.of("%s", Figure.of(Key.PATH, out.resolve("model"))));
        DemoFiles.writeBase(out.resolve("base"));
        result.add(Key.FILES, Sentence.of("%s", Figure.of(Key.PATH, out.resolve("base"))));
        return ExitCode.OK;
    }
}
