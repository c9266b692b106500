package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.data.Dataset;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.RandomMask;
import io.lota4j.mask.Scope;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Job;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota bench`: how fast things are on this machine.
@Command(subcommands = {BenchCommand.Step.class, MergeBenchCommand.class})
final class BenchCommand extends Group {

    @Command(name = "step", description = "Time optimizer steps on real data; nothing is written.")
    static final class Step extends BaseCommand {
        @Reads
        @Option(
                names = "--model",
                required = true,
                paramLabel = "DIR",
                description = "The base, a Hugging Face directory.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path model;

        @Mixin
        private DataOptions data = new DataOptions();

        @Mixin
        private TrainingOptions training = new TrainingOptions();

        @Mixin
        private PoolOptions pool = new PoolOptions();

        @Mixin
        private KernelOptions kernel = new KernelOptions();

        @Mixin
        private MemoryOptions memory = new MemoryOptions();

        @Option(
                names = "--density",
                required = true,
                paramLabel = "D",
                description = "Share of the pool that is trained, a fraction: a random mask, or 1 for dense training.")
        private double density;

        @Option(
                names = "--warm",
                paramLabel = "N",
                defaultValue = "2",
                description = "First steps that do not count (default: ${DEFAULT-VALUE}).")
        private int warm;

        @Option(names = "--json", description = "Print one JSON object instead of lines.")
        private boolean json;

        @Override
        void checkOptions(OptionRules rules) {
            rules.require(DataOptions.REQUIRED, TrainingOptions.REQUIRED);
        }

        @Override
        void check() {
            if (!(density > 0 && density <= 1)) {
                throw new LotaException("--density must be over 0 and at most 1, found " + density + ".");
            }
            if (warm < 0) {
                throw new LotaException("--warm must be at least 0, found " + warm + ".");
            }
            training.check();
        }

        @Override
        Plan plan() {
            try (Checkpoint base = Checkpoint.open(model)) {
                int rows = data.rows();
                TrainConfig config = training.config(rows);
                Mask mask = mask(base);
                return new Plan()
                        .model("model", base)
                        .training(config, rows, memory.estimate(base, config, mask.trainable(), mask.poolSize()));
            }
        }

        @Override
        int execute() {
            try (Lota lota = Lota.open(model);
                    MaskedKernel chosen = kernel.open()) {
                Dataset examples = data.load(lota, err());
                try (AdaptedModel adapted = AdaptedModel.open(model, memory.policy())) {
                    Job job = new Job(
                            adapted,
                            mask(adapted.base()),
                            examples,
                            training.config(examples.examples().size()),
                            chosen);
                    return report(job);
                }
            }
        }

        private int report(Job job) {
            StepTimes times = new StepTimes(warm);
            err().println(KernelOptions.line(job.kernel()));
            try (ProgressBar bar = ProgressBar.on(err(), "bench")) {
                job.run(
                        null,
                        0,
                        false,
                        p -> {
                            times.add(p);
                            bar.update(p.step(), p.steps(), p.tokensPerSecond(), p.loss());
                        },
                        () -> false);
            }
            if (times.counted() == 0) {
                throw new LotaException(Text.format(
                        "No step was timed: --steps must be more than --warm, found %d and %d.",
                        job.config().steps(), warm));
            }
            out().print(json ? times.json(job.kernel().name(), density) : times.text());
            out().flush();
            return ExitCode.OK;
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
