package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.model.MemoryPolicy;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/// What takes optimizer steps on a base: the data, the settings, and what computes.
abstract class StepsCommand extends BaseCommand {
    @Mixin
    BaseOption model = new BaseOption();

    @Mixin
    DataOptions data = new DataOptions();

    @Mixin
    TrainingOptions training = new TrainingOptions();

    @Mixin
    KernelOptions kernel = new KernelOptions();

    @Mixin
    MemoryOptions memory = new MemoryOptions();

    @Override
    void checkOptions(OptionRules rules) {
        rules.require(DataOptions.REQUIRED);
        training.require(rules);
    }

    @Override
    void check() {
        training.check();
    }

    @Override
    boolean usesKernel() {
        return kernel.mayUseVector() && !data.previews();
    }

    /// Opens the base for what is asked of it.
    final Lota open() {
        return warned(Lota.open(model.path(), kernel.device(), kernel.choice(), policy()));
    }

    /// What is kept in memory.
    MemoryPolicy policy() {
        return memory.policy();
    }

    /// The file or folder of the result, or null for none.
    abstract @Nullable Path result();

    @Override
    void addTo(CommandPaths places) {
        data.addTo(places, result());
    }

    /// What is done with examples.
    interface Work {
        /// @return the exit code
        int on(Lota lota, Dataset examples);
    }

    /// Prints what else the steps take, where the first examples are shown.
    void preview(Lota lota, Dataset examples, Result result) {}

    /// Loads the data for some work, unless only a preview was asked for.
    final int examples(Lota lota, Result result, Work work) {
        data.readWeights(training.readsWeights());
        Dataset examples = data.load(lota, messages());
        if (data.previewed(examples, lota, result)) {
            preview(lota, examples, result);
            return ExitCode.OK;
        }
        Optional<String> bad = data.listBadRows(examples, result());
        int code = work.on(lota, examples);
        bad.ifPresent(messages()::tell);
        return code;
    }
}
