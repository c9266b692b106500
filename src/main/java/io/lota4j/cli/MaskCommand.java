package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.MaskStatistics;
import io.lota4j.mask.Overlap;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lota mask`: looks at masks and makes new ones of them.
@Command(
        subcommands = {
            MaskCommand.Stats.class,
            MaskCommand.Compare.class,
            MaskCommand.And.class,
            MaskCommand.Or.class,
            MaskCommand.Minus.class,
            MaskCommand.Invert.class,
            MaskCommand.RandomOf.class,
            ChooseCommand.class,
            ShareCommand.class
        })
final class MaskCommand extends Group {

    /// A command that only looks.
    abstract static class Look extends BaseCommand {
        abstract List<Path> files();

        @Override
        final DryRun plan() {
            DryRun plan = new DryRun();
            files().forEach(file -> plan.line("reads", ResultLines.mask(file, MaskFile.read(file))));
            return plan;
        }
    }

    /// A command that makes a mask.
    @Prints({Key.PATH, Key.TRAINABLE, Key.POOL_SIZE, Key.SPARSITY, Key.BYTES})
    abstract static class Make extends BaseCommand {
        @Writes(OutputKind.RESULT)
        @Option(names = "--out", required = true, paramLabel = "M", description = "The mask to write.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path out;

        @Mixin
        @SuppressWarnings("UnusedVariable") // picocli reads it
        private ForceOption force = new ForceOption();

        abstract Mask mask();

        @Override
        final DryRun plan() {
            Mask mask = mask();
            return new DryRun()
                    .line("mask", Text.format("%,d of %,d weights trainable", mask.trainable(), mask.poolSize()))
                    .disk(out, mask.poolSize() / Byte.SIZE);
        }

        @Override
        final int execute(Result result) {
            Mask mask = mask();
            result.say(Rescue.write(out, file -> {
                MaskFile.write(file, mask);
                return ResultLines.mask(file, mask);
            }));
            return ExitCode.OK;
        }
    }

    @Prints(
            value = {
                Key.PATH,
                Key.TRAINABLE,
                Key.POOL_SIZE,
                Key.SPARSITY,
                Key.BYTES,
                Key.BASE,
                Key.POOL,
                Key.SCOPE,
                Key.ORIGIN,
                Key.KINDS
            },
            sometimes = {Key.THRESHOLD, Key.TENSORS})
    @Command(name = "stats", description = "How many weights a mask trains: in all, by kind of matrix and by tensor.")
    static final class Stats extends Look {
        @Reads
        @Parameters(paramLabel = "MASK", description = "The mask.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Option(names = "--tensors", description = "List every tensor too.")
        private boolean tensors;

        @Override
        List<Path> files() {
            return List.of(file);
        }

        @Override
        int execute(Result result) {
            Mask mask = MaskFile.read(file);
            result.say(ResultLines.mask(file, mask));
            result.say("base %s", Figure.of(Key.BASE, mask.info().base()));
            result.say(
                    "pool %s, scope %s",
                    Figure.of(Key.POOL, mask.info().pool()),
                    Figure.of(Key.SCOPE, mask.info().scope()));
            mask.info().threshold().ifPresent(t -> result.say("threshold %s", Figure.of(Key.THRESHOLD, t)));
            mask.info().origin().forEach((key, value) -> result.line(key + " " + value));
            result.also(Key.ORIGIN, mask.info().origin());
            MaskStatistics statistics = MaskStatistics.of(mask);
            result.line("");
            table(result, Key.KINDS, statistics.kinds());
            if (tensors) {
                result.line("");
                table(result, Key.TENSORS, statistics.tensors());
            }
            return ExitCode.OK;
        }

        private static void table(Result result, Key key, Map<String, MaskStatistics.Share> shares) {
            shares.forEach((name, share) -> result.add(
                    key,
                    name,
                    Sentence.of(
                                    "%14s of %14s  %8s",
                                    Figure.count(Key.TRAINABLE, share.trainable()),
                                    Figure.count(Key.POOL_SIZE, share.poolSize()),
                                    Figure.share(Key.DENSITY, share.density()))
                            .followedBy("  " + name)));
        }
    }

    @Prints({Key.A, Key.B, Key.IN_BOTH, Key.SHARE_OF_A, Key.SHARE_OF_B, Key.IN_EITHER, Key.OVERLAP})
    @Command(name = "compare", description = "How much two masks have in common.")
    static final class Compare extends Look {
        @Reads
        @Parameters(index = "0", paramLabel = "A", description = "A mask.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path first;

        @Reads
        @Parameters(index = "1", paramLabel = "B", description = "Another for the same base and pool.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path second;

        @Override
        List<Path> files() {
            return List.of(first, second);
        }

        @Override
        int execute(Result result) {
            Mask a = MaskFile.read(first);
            Mask b = MaskFile.read(second);
            Overlap overlap = a.overlap(b);
            result.say(Key.A, ResultLines.mask(first, a));
            result.say(Key.B, ResultLines.mask(second, b));
            result.say(
                    "in both      %s (%s of A, %s of B)",
                    Figure.count(Key.IN_BOTH, overlap.intersection()),
                    Figure.share(Key.SHARE_OF_A, (double) overlap.intersection() / Math.max(1, a.trainable())),
                    Figure.share(Key.SHARE_OF_B, (double) overlap.intersection() / Math.max(1, b.trainable())));
            result.say("in either    %s", Figure.count(Key.IN_EITHER, overlap.union()));
            result.say("overlap      %s (intersection over union)", Figure.share(Key.OVERLAP, overlap.iou()));
            return ExitCode.OK;
        }
    }

    /// Two masks in, one out.
    abstract static class Binary extends Make {
        @Reads
        @Parameters(index = "0", paramLabel = "A", description = "A mask.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path first;

        @Reads
        @Parameters(index = "1", paramLabel = "B", description = "Another for the same base and pool.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path second;

        private final BinaryOperator<Mask> operator;

        Binary(BinaryOperator<Mask> operator) {
            this.operator = operator;
        }

        @Override
        Mask mask() {
            return operator.apply(MaskFile.read(first), MaskFile.read(second));
        }
    }

    @Command(name = "and", description = "The weights that both masks train.")
    static final class And extends Binary {
        And() {
            super(Mask::and);
        }
    }

    @Command(name = "or", description = "The weights that at least one of two masks trains.")
    static final class Or extends Binary {
        Or() {
            super(Mask::or);
        }
    }

    @Command(name = "minus", description = "The weights that the first mask trains and the second does not.")
    static final class Minus extends Binary {
        Minus() {
            super(Mask::minus);
        }
    }

    @Command(name = "invert", description = "The weights of the pool that a mask does not train.")
    static final class Invert extends Make {
        @Reads
        @Parameters(paramLabel = "MASK", description = "The mask.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Override
        Mask mask() {
            return MaskFile.read(file).invert();
        }
    }

    @Command(name = "random", description = "A mask drawn by chance: the control of every calibrated one.")
    static final class RandomOf extends Make {
        private static final String SPARSITY = "--sparsity";
        private static final String LIKE = "--like";

        @Reads
        @Option(
                names = "--model",
                required = true,
                converter = ModelDirectory.class,
                paramLabel = "DIR",
                description = "The base that it is for.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path model;

        @Option(
                names = SPARSITY,
                paramLabel = "S",
                converter = Numbers.Fraction.class,
                description = "Frozen share, a fraction; this or --like is required.")
        private double sparsity;

        @Reads
        @Option(
                names = LIKE,
                paramLabel = "M",
                description = "Draw as many weights in every tensor as this mask has there: its control.")
        private @Nullable Path like;

        @Option(
                names = "--scope",
                paramLabel = "NAME",
                defaultValue = "global",
                description = "Where the count is exact: global, tensor or row (default: ${DEFAULT-VALUE}).")
        private Scope scope = Scope.GLOBAL;

        @Option(
                names = "--seed",
                paramLabel = "S",
                converter = Numbers.Seed.class,
                description = "Seed of the draw (default: 0).")
        private long seed;

        @Mixin
        private PoolOptions pool = new PoolOptions();

        @Override
        void checkOptions(OptionRules rules) {
            rules.requireOne(SPARSITY, LIKE);
            if (like != null) {
                rules.refuse("--scope", LIKE + ", which counts in every tensor");
                rules.refuseMixin("pool", LIKE + ", which has a pool");
            }
        }

        @Override
        Mask mask() {
            Sparsity.check(sparsity, SPARSITY);
            try (Checkpoint base = Checkpoint.open(model)) {
                if (like != null) {
                    Mask other = MaskFile.read(like);
                    if (!other.info().base().equals(base.fingerprint().hex())) {
                        throw new LotaException(Text.format(
                                "%s is for the base with fingerprint %s, but %s has %s.",
                                like,
                                other.info().base(),
                                model,
                                base.fingerprint().hex()));
                    }
                    return RandomMask.like(other, seed);
                }
                return RandomMask.of(base, pool.pool(), sparsity, scope, seed);
            }
        }
    }
}
