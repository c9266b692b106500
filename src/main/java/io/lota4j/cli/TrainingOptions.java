package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.Clip;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.Optimizer;
import io.lota4j.train.RateSearch;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.objective.Objective;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The settings of a training run, as a picocli mixin. A command that trains calls [#require].
final class TrainingOptions {
    /// Not required by the parser: a command may have a use that trains nothing.
    static final String REQUIRED = "--lr";

    enum Rule {
        RMSPROP,
        ADAMW,
        SGD
    }

    static final String SEED = "--seed";
    private static final String INNER_STEPS = "--inner-steps";

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Number of optimizer steps; this or --epochs is required.")
    private long steps;

    @Option(
            names = "--epochs",
            paramLabel = "E",
            description =
                    "Number of epochs (passes over the data), instead of --steps; the last step of each takes the rows"
                            + " that are left.")
    private int epochs;

    @Option(
            names = REQUIRED,
            paramLabel = "X",
            converter = RateConverter.class,
            description =
                    "Learning rate, over 0. auto: lota train and lota lora find it by short trainings and the rows of"
                        + " --eval-data. Without it, lota train takes 5e-5 over what the mask says that it sees of the"
                        + " gradient's sum, at most 1e-3; other commands require it.")
    private @Nullable Rate lr;

    private boolean findsRate;

    /// A learning rate.
    ///
    /// @param isAuto whether it is to be found, whatever the value says
    record Rate(double value, boolean isAuto) {}

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            description = "Examples per micro-batch (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--accumulate",
            paramLabel = "A",
            defaultValue = "1",
            description =
                    "Micro-batches per step (gradient accumulation); the loss is the mean over all of them (default: "
                            + "${DEFAULT-VALUE}).")
    private int accumulate;

    @Option(
            names = "--shards",
            paramLabel = "S",
            defaultValue = "1",
            description =
                    "Parts that the examples of a step are cut into. Each has its own gradient, and these are added in"
                            + " order, so that a step has the same bits on one machine and on several (default:"
                            + " ${DEFAULT-VALUE}).")
    private int shards;

    @Option(
            names = INNER_STEPS,
            paramLabel = "H",
            description =
                    "With --shards: each shard takes so many steps of its own, with an optimizer of its own, before"
                            + " the results are averaged and taken for one outer step (DiLoCo). Machines then exchange"
                            + " values once in H steps.")
    private @Nullable Integer innerSteps;

    @Option(
            names = "--outer-lr",
            paramLabel = "R",
            description = "Learning rate of the outer step, 1 for a plain average without momentum (default: 0.7).")
    private @Nullable Double outerLr;

    @Option(
            names = "--outer-momentum",
            paramLabel = "M",
            description = "Nesterov momentum of the outer step, at least 0 and under 1 (default: 0.9).")
    private @Nullable Double outerMomentum;

    @Option(
            names = SEED,
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of the order of the data (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--no-shuffle", description = "Take the rows in the order of the file.")
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
            description = "Decoupled, on trained weights only; at least 0 (default: 0).")
    private @Nullable Double decay;

    @Option(
            names = "--beta1",
            paramLabel = "X",
            description = "Of adamw: share of the mean gradient that a step keeps, 0 to under 1 (default: 0.9).")
    private @Nullable Double beta1;

    @Option(
            names = "--beta2",
            paramLabel = "X",
            description = "Of adamw: the same of the mean of squares (default: 0.999).")
    private @Nullable Double beta2;

    @Option(
            names = "--rmsprop-alpha",
            paramLabel = "X",
            description = "Of rmsprop: share of the mean of squares that a step keeps, 0 to under 1 (default: 0.99).")
    private @Nullable Double rmspropAlpha;

    @Option(
            names = "--momentum",
            paramLabel = "X",
            description = "Of sgd: share of the last step that a step keeps, 0 to under 1 (default: 0.9).")
    private @Nullable Double momentum;

    @Option(
            names = "--epsilon",
            paramLabel = "X",
            description = "Of adamw and rmsprop: added to the root of the mean of squares, over 0 (default: 1e-8).")
    private @Nullable Double epsilon;

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
            description = "The clip's bound, over 0; not with --clip none (default: 1).")
    private @Nullable Double maxNorm;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            defaultValue = "constant",
            description = "constant, linear or cosine, after the warm-up (default: ${DEFAULT-VALUE}).")
    private Schedule schedule = Schedule.CONSTANT;

    @Option(
            names = "--warmup-steps",
            paramLabel = "N",
            description = "Warm-up steps, over which the learning rate rises to its value (default: 0).")
    private long warmup;

    @Option(
            names = "--reduction",
            paramLabel = "NAME",
            defaultValue = "token-mean",
            converter = ReductionConverter.class,
            description = "token-mean or example-sum (as in LoTA's code; default: ${DEFAULT-VALUE}).")
    private Reduction reduction = Reduction.TOKEN_MEAN;

    @Mixin
    private ObjectiveOptions objective = new ObjectiveOptions();

    /// Lets the rate be `auto`, in a command that finds one.
    void findsRate() {
        findsRate = true;
    }

    /// Whether a rate is to be found. What [#config] gives has the lowest that is tried then.
    boolean isAuto() {
        return lr != null && lr.isAuto();
    }

    /// Whether there is a rate, or one is to be found.
    boolean hasRate() {
        return lr != null;
    }

    /// Gives the rate of a run that was given none.
    void useRate(double rate) {
        lr = new Rate(rate, false);
    }

    /// Whether a step moves a weight by about the learning rate, however large its gradient.
    boolean movesByTheRate() {
        return optimizer != Rule.SGD;
    }

    /// The seed alone, for what is drawn.
    long seed() {
        return seed;
    }

    /// Requires what no run can go without.
    void require(OptionRules rules) {
        if (!findsRate) {
            rules.require(REQUIRED);
        }
        rules.requireOne("--steps", "--epochs");
    }

    /// The settings for a data set of `examples` examples.
    ///
    /// @throws LotaException with everything that is wrong: settings out of their ranges, those without a
    ///     part in the optimizer or the clip that was chosen, and neither or both of --steps and --epochs
    TrainConfig config(int examples) {
        Ranges ranges = misplaced();
        checkLength(ranges);
        if (isAuto() && !findsRate) {
            ranges.problem("--lr auto is for lota train and lota lora; give a rate.");
        }
        Optimizer rule = made(this::rule, Optimizer.AdamW.DEFAULT, ranges);
        Objective minimised = objective.objective(ranges);
        LocalSgd local = local(ranges);
        TrainConfig config = made(
                () -> new TrainConfig(
                        steps(examples),
                        rule,
                        rate(),
                        schedule,
                        warmup,
                        batch,
                        accumulate,
                        clip,
                        orElse(maxNorm, 1),
                        reduction,
                        seed,
                        !noShuffle,
                        minimised,
                        shards,
                        local),
                TrainConfig.of(1, 1).build(),
                ranges);
        ranges.requireNone();
        return config;
    }

    /// How shards take steps of their own, or null.
    private @Nullable LocalSgd local(Ranges ranges) {
        Integer steps = innerSteps;
        if (steps == null) {
            if (outerLr != null || outerMomentum != null) {
                ranges.problem("--outer-lr and --outer-momentum are of the step that brings shards together; add "
                        + INNER_STEPS + " H, or leave them out.");
            }
            return null;
        }
        return made(
                () -> new LocalSgd(
                        steps, orElse(outerLr, LocalSgd.OUTER_LR), orElse(outerMomentum, LocalSgd.OUTER_MOMENTUM)),
                new LocalSgd(1),
                ranges);
    }

    private double rate() {
        return isAuto()
                ? RateSearch.RATES.getFirst()
                : Objects.requireNonNull(lr, REQUIRED).value();
    }

    /// Whether rows' weights are read.
    boolean readsWeights() {
        return objective.objective(new Ranges()).readsWeights();
    }

    /// Refuses what would be refused of any data, before it is read.
    void check() {
        config(Integer.MAX_VALUE);
    }

    private static <T> T made(Supplier<T> maker, T otherwise, Ranges ranges) {
        try {
            return maker.get();
        } catch (LotaException e) {
            ranges.problems(e);
            return otherwise;
        }
    }

    /// Settings that were given and that nobody would read.
    private Ranges misplaced() {
        Ranges ranges = new Ranges();
        readBy(ranges, "--beta1", beta1, Rule.ADAMW);
        readBy(ranges, "--beta2", beta2, Rule.ADAMW);
        readBy(ranges, "--rmsprop-alpha", rmspropAlpha, Rule.RMSPROP);
        readBy(ranges, "--momentum", momentum, Rule.SGD);
        readBy(ranges, "--epsilon", epsilon, Rule.ADAMW, Rule.RMSPROP);
        if (maxNorm != null && clip == Clip.NONE) {
            ranges.problem("--max-norm cannot be used with --clip none.");
        }
        return ranges;
    }

    private void readBy(Ranges ranges, String option, @Nullable Double value, Rule... readers) {
        List<Rule> all = List.of(readers);
        if (value != null && !all.contains(optimizer)) {
            ranges.problem(Text.format(
                    "%s cannot be used with --optimizer %s; it is for %s.",
                    option,
                    SettingsText.word(optimizer),
                    all.stream().map(SettingsText::word).collect(Collectors.joining(" and "))));
        }
    }

    private void checkLength(Ranges ranges) {
        if (steps < 0 || epochs < 0 || (steps == 0) == (epochs == 0)) {
            ranges.problem("Give one of --steps and --epochs, over 0; found "
                    + Text.format("--steps %d and --epochs %d.", steps, epochs));
        }
    }

    /// Any number where it cannot be told, which is refused elsewhere.
    private long steps(int examples) {
        if (steps > 0) {
            return steps;
        }
        return batch < 1 || accumulate < 1 || epochs < 1
                ? Long.MAX_VALUE
                : TrainConfig.steps(epochs, examples, batch, accumulate);
    }

    private Optimizer rule() {
        double shrink = orElse(decay, 0);
        return switch (optimizer) {
            case RMSPROP -> {
                Optimizer.RmsProp usual = Optimizer.RmsProp.DEFAULT;
                yield new Optimizer.RmsProp(
                        orElse(rmspropAlpha, usual.alpha()), orElse(epsilon, usual.epsilon()), shrink);
            }
            case ADAMW -> {
                Optimizer.AdamW usual = Optimizer.AdamW.DEFAULT;
                yield new Optimizer.AdamW(
                        orElse(beta1, usual.beta1()),
                        orElse(beta2, usual.beta2()),
                        orElse(epsilon, usual.epsilon()),
                        shrink);
            }
            case SGD -> new Optimizer.Sgd(orElse(momentum, Optimizer.Sgd.DEFAULT.momentum()), shrink);
        };
    }

    private static double orElse(@Nullable Double value, double usual) {
        return value == null ? usual : value;
    }

    static final class RateConverter implements ITypeConverter<Rate> {
        private static final String AUTO = "auto";

        @Override
        public Rate convert(String value) {
            if (value.equals(AUTO)) {
                return new Rate(0, true);
            }
            try {
                return new Rate(Double.parseDouble(value), false);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number over 0 or auto but was '" + value + "'");
            }
        }
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
