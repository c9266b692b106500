package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Job;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.train.Listener;
import io.lota4j.train.Progress;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota bench`: how fast things are on this machine.
@Command(subcommands = {BenchCommand.Step.class, MergeBenchCommand.class})
final class BenchCommand extends Group {

    @Prints({
        Key.WHAT,
        Key.KERNEL,
        Key.DENSITY,
        Key.SECONDS,
        Key.LOWER_QUARTILE_SECONDS,
        Key.UPPER_QUARTILE_SECONDS,
        Key.STEPS,
        Key.WARM_STEPS,
        Key.TOKENS_A_STEP,
        Key.TOKENS_PER_SECOND,
        Key.FORWARD_BACKWARD_SECONDS,
        Key.WEIGHT_GRADIENT_SECONDS,
        Key.UPDATE_SECONDS,
        Key.PEAK_RSS_BYTES
    })
    @Command(name = "step", description = "Time optimizer steps on real data; nothing is written.")
    static final class Step extends StepsCommand {
        @Mixin
        private PoolOptions pool = new PoolOptions();

        @Option(
                names = "--density",
                required = true,
                paramLabel = "D",
                converter = Numbers.Share.class,
                description = "Share of the pool that is trained, a fraction: a random mask, or 1 for dense training.")
        private double density;

        @Option(
                names = "--warm",
                paramLabel = "N",
                defaultValue = "2",
                converter = Numbers.CountOrNone.class,
                description = "Warm-up steps that are not counted (default: ${DEFAULT-VALUE}).")
        private int warm;

        @Override
        @Nullable
        Path result() {
            return null;
        }

        @Override
        DryRun plan() {
            try (Checkpoint base = Checkpoint.open(model.path())) {
                Loadable loaded = Loadable.of(base);
                int rows = data.rows();
                TrainConfig config = config(rows);
                Mask mask = mask(base);
                return new DryRun()
                        .model(loaded)
                        .training(
                                config,
                                rows,
                                MemoryOptions.estimate(
                                        memory.policy(), base.directory(), config, mask.trainable(), mask.poolSize()));
            }
        }

        @Override
        int execute(Result result) {
            try (Lota lota = open()) {
                return examples(lota, result, (of, examples) -> time(examples, result));
            }
        }

        private int time(Dataset examples, Result result) {
            TrainConfig config = config(examples.epochRows());
            try (AdaptedModel adapted = AdaptedModel.open(model.path(), memory.policy(), kernel.device());
                    MaskedKernel chosen = kernel.open()) {
                return report(new Job(adapted, mask(adapted.base()), examples, config, chosen), result);
            }
        }

        /// @throws LotaException if no step would be timed
        private TrainConfig config(int rows) {
            TrainConfig config = training.config(rows);
            if (config.steps() <= warm) {
                throw new LotaException(Text.format(
                        "No step would be timed: there must be more steps than --warm, found %d and %d.",
                        config.steps(), warm));
            }
            return config;
        }

        private int report(Job job, Result result) {
            StepTimes times = new StepTimes(warm);
            try (ProgressBar bar = messages().bar("bench")) {
                job.run(null, 0, false, listener(job, times, bar), () -> false);
            }
            times.tell(result, job.kernel().name(), density);
            return ExitCode.OK;
        }

        private Listener listener(Job job, StepTimes times, ProgressBar bar) {
            return new Listener() {
                @Override
                public void begin(RunState from) {
                    messages().note(KernelOptions.line(job.kernel()));
                }

                @Override
                public void step(Progress p) {
                    times.add(p);
                    bar.update(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
                }
            };
        }

        private Mask mask(Checkpoint base) {
            Pool chosen = pool.pool();
            if (density == 1) {
                return Mask.full(base, chosen);
            }
            return RandomMask.of(base, chosen, 1 - density, Scope.GLOBAL, 0);
        }
    }
}
