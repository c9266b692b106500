package io.lota4j.cli;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.RandomModel;
import io.lota4j.internal.model.Weights;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
@Prints({Key.PATH, Key.WEIGHTS})
final class InitCommand extends BaseCommand {
    @Reads
    @Option(
            names = "--model",
            required = true,
            converter = ModelDirectory.class,
            paramLabel = "DIR",
            description = "A directory with config.json and tokenizer, which need not hold weights.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Seed of the draws (default: 0).")
    private long seed;

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR2",
            description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Override
    DryRun plan() {
        RandomModel random = RandomModel.of(model, seed);
        return new DryRun()
                .line("weights", Text.format("%,d, %s, from a normal distribution", weights(random), random.dtype()))
                .disk(out, weights(random) * random.dtype().size());
    }

    @Override
    int execute(Result result) {
        RandomModel random = RandomModel.of(model, seed);
        random.write(model, out);
        result.say("%s: %s random weights", Figure.of(Key.PATH, out), Figure.count(Key.WEIGHTS, weights(random)));
        return ExitCode.OK;
    }

    private static long weights(RandomModel random) {
        return Weights.expected(random.config()).values().stream()
                .mapToLong(Shape::numel)
                .sum();
    }
}
