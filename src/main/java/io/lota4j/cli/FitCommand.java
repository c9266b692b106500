package io.lota4j.cli;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.data.Dataset;
import io.lota4j.data.Tokenizer;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.mask.Mask;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Job;
import io.lota4j.train.RunState;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What calibrating and training share: a base, data, settings, and a state that a stopped run goes on from.
abstract class FitCommand extends BaseCommand {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The base, a Hugging Face directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path model;

    @Mixin
    DataOptions data = new DataOptions();

    @Mixin
    TrainingOptions training = new TrainingOptions();

    @Mixin
    PoolOptions pool = new PoolOptions();

    @Mixin
    private KernelOptions kernel = new KernelOptions();

    @Mixin
    MemoryOptions memory = new MemoryOptions();

    @Option(names = "--out", required = true, paramLabel = "F.safetensors", description = "The result to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Mixin
    private StateOptions state = new StateOptions();

    @Override
    void checkOptions(OptionRules rules) {
        rules.require(DataOptions.REQUIRED, TrainingOptions.REQUIRED);
    }

    @Override
    void check() {
        Outputs.check(out);
        state.check();
    }

    @Override
    int execute() {
        return examples((adapted, examples) -> {
            try (MaskedKernel chosen = kernel.open()) {
                return fit(adapted, examples, chosen);
            }
        });
    }

    /// What is done with a model and examples.
    interface Work {
        /// @return the exit code
        int on(AdaptedModel adapted, Dataset examples);
    }

    /// Opens the model and loads the data for some work, unless only a preview was asked for.
    final int examples(Work work) {
        try (Tokenizer tokenizer = Tokenizer.of(model)) {
            Dataset examples = data.load(data.encoder(model, tokenizer), err());
            if (data.previewed(examples, tokenizer, out())) {
                return ExitCode.OK;
            }
            try (AdaptedModel adapted = AdaptedModel.open(model, memory.policy())) {
                return work.on(adapted, examples);
            }
        }
    }

    private int fit(AdaptedModel adapted, Dataset examples, MaskedKernel chosen) {
        Job job = new Job(
                adapted,
                mask(adapted),
                examples,
                training.config(examples.examples().size()),
                chosen);
        Optional<RunState> end = new TrainingRun(name(), err()).run(job, state, out);
        if (end.isEmpty()) {
            return ExitCode.INTERRUPTED;
        }
        out().println(result(job, end.get()));
        TrainingRun.forget(state.file(out));
        return ExitCode.OK;
    }

    /// What the run is called.
    abstract String name();

    /// The weights to train.
    abstract Mask mask(AdaptedModel adapted);

    /// The mask under which the whole pool is trained.
    final Mask everything(Checkpoint base) {
        return Mask.full(base, pool.pool());
    }

    /// Makes and writes the result of a finished run.
    ///
    /// @return the result in a line
    abstract String result(Job job, RunState end);
}
