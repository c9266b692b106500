package io.lota4j.cli;

import io.lota4j.checkpoint.Shape;
import io.lota4j.model.RandomModel;
import io.lota4j.model.Weights;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command
final class InitCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A directory with config.json and tokenizer, which need not hold weights.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the draws (default: 0).")
    private long seed;

    @Option(names = "--out", required = true, paramLabel = "DIR2", description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Mixin
    private DryRunOption dryRun = new DryRunOption();

    @Override
    public Integer call() {
        RandomModel random = RandomModel.of(model, seed);
        long weights = Weights.expected(random.config()).values().stream()
                .mapToLong(Shape::numel)
                .sum();
        if (dryRun.asked()) {
            return new Plan()
                    .line("weights", "%,d, %s, from a normal distribution".formatted(weights, random.dtype()))
                    .disk(out, weights * random.dtype().size())
                    .print(spec.commandLine().getOut());
        }
        random.write(model, out);
        spec.commandLine().getOut().println("%s: %,d random weights".formatted(out, weights));
        return ExitCode.OK;
    }
}
