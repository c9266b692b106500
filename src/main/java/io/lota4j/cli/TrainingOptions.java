package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.train.Clip;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The settings of a training run, as a picocli mixin. A command that trains requires [#REQUIRED].
final class TrainingOptions {
    /// Not required by the parser: a command may have a use that trains nothing.
    static final String REQUIRED = "--lr";

    enum Rule {
        RMSPROP,
        ADAMW,
        SGD
    }

    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps.")
    private long steps;

    @Option(names = "--epochs", paramLabel = "E", description = "Passes over the data, instead of --steps.")
    private int epochs;

    @Option(names = REQUIRED, paramLabel = "X", description = "Learning rate.")
    private double lr;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            description = "Examples a pass (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--accumulate",
            paramLabel = "A",
            defaultValue = "1",
            description = "Passes a step; the loss is the mean over all of them (default: ${DEFAULT-VALUE}).")
    private int accumulate;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of the data order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--no-shuffle", description = "Take the rows in the file's order.")
    private boolean noShuffle;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            defaultValue = "adamw",
            description = "rmsprop (as in LoTA's code), adamw or sgd (default: ${DEFAULT-VALUE}).")
    private Rule optimizer = Rule.ADAMW;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "Decoupled, on trained weights only (default: 0).")
    private double decay;

    @Option(
            names = "--beta1",
            paramLabel = "X",
            defaultValue = "0.9",
            description = "AdamW (default: ${DEFAULT-VALUE}).")
    private double beta1;

    @Option(
            names = "--beta2",
            paramLabel = "X",
            defaultValue = "0.999",
            description = "AdamW (default: ${DEFAULT-VALUE}).")
    private double beta2;

    @Option(
            names = "--alpha",
            paramLabel = "X",
            defaultValue = "0.99",
            description = "RMSprop (default: ${DEFAULT-VALUE}).")
    private double alpha;

    @Option(
            names = "--momentum",
            paramLabel = "X",
            defaultValue = "0.9",
            description = "SGD (default: ${DEFAULT-VALUE}).")
    private double momentum;

    @Option(
            names = "--epsilon",
            paramLabel = "X",
            defaultValue = "1e-8",
            description = "AdamW and RMSprop (default: ${DEFAULT-VALUE}).")
    private double epsilon;

    @Option(
            names = "--clip",
            paramLabel = "HOW",
            defaultValue = "global",
            converter = ClipConverter.class,
            description = "none, global, even (each tensor by itself) or proportional (default: ${DEFAULT-VALUE}).")
    private Clip clip = Clip.GLOBAL;

    @Option(
            names = "--max-norm",
            paramLabel = "X",
            defaultValue = "1.0",
            description = "The clip's bound (default: ${DEFAULT-VALUE}).")
    private double maxNorm;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            defaultValue = "constant",
            description = "constant, linear or cosine, after the warm-up (default: ${DEFAULT-VALUE}).")
    private Schedule schedule = Schedule.CONSTANT;

    @Option(names = "--warmup-steps", paramLabel = "N", description = "Steps in which the rate rises (default: 0).")
    private long warmup;

    @Option(
            names = "--reduction",
            paramLabel = "NAME",
            defaultValue = "token-mean",
            converter = ReductionConverter.class,
            description = "token-mean or example-sum (as in LoTA's code; default: ${DEFAULT-VALUE}).")
    private Reduction reduction = Reduction.TOKEN_MEAN;

    /// The settings for a data set of `examples` examples.
    ///
    /// @throws LotaException unless just one of --steps and --epochs was given
    TrainConfig config(int examples) {
        return new TrainConfig(
                steps(examples),
                rule(),
                lr,
                schedule,
                warmup,
                batch,
                accumulate,
                clip,
                maxNorm,
                reduction,
                seed,
                !noShuffle);
    }

    private long steps(int examples) {
        if (steps < 0 || epochs < 0 || (steps == 0) == (epochs == 0)) {
            throw new LotaException("Give one of --steps and --epochs, over 0; found "
                    + Text.format("--steps %d and --epochs %d.", steps, epochs));
        }
        return steps != 0 ? steps : TrainConfig.steps(epochs, examples, batch, accumulate);
    }

    private Optimizer rule() {
        return switch (optimizer) {
            case RMSPROP -> new Optimizer.RmsProp(alpha, epsilon, decay);
            case ADAMW -> new Optimizer.AdamW(beta1, beta2, epsilon, decay);
            case SGD -> new Optimizer.Sgd(momentum, decay);
        };
    }

    static final class ClipConverter implements ITypeConverter<Clip> {
        @Override
        public Clip convert(String value) {
            return switch (value) {
                case "none" -> Clip.NONE;
                case "global" -> Clip.GLOBAL;
                case "even", "tensor" -> Clip.TENSOR;
                case "proportional" -> Clip.PROPORTIONAL;
                default ->
                    throw new TypeConversionException(
                            "expected none, global, even or proportional but was '" + value + "'");
            };
        }
    }

    static final class ReductionConverter implements ITypeConverter<Reduction> {
        @Override
        public Reduction convert(String value) {
            return switch (value) {
                case "token-mean" -> Reduction.TOKEN_MEAN;
                case "example-sum" -> Reduction.EXAMPLE_SUM;
                default ->
                    throw new TypeConversionException("expected token-mean or example-sum but was '" + value + "'");
            };
        }
    }
}
