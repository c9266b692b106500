package io.lota4j.experiment;

import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Small experiments on the demo's base.
final class Grids {
    /// What differs from sitting to sitting and machine to machine.
    private static final Set<Figure> COST =
            EnumSet.of(Figure.TRAIN_SECONDS, Figure.CALIBRATION_SECONDS, Figure.PEAK_MEMORY);

    private static final DemoTask[] THREE = {DemoTask.FLIP, DemoTask.PLUS, DemoTask.ORDER};

    private Grids() {}

    /// Puts base and data into a directory, and an experiment on top of them.
    ///
    /// @param rest of the recipe, from `methods` on
    /// @param tasks of the experiment; three if none are given. The first has rows for validation too.
    static Experiment write(Path directory, String out, String rest, DemoTask... tasks) throws IOException {
        return write(directory, out, rest, false, tasks);
    }

    /// As the other method, with rows for validation of every task.
    static Experiment validated(Path directory, String out, String rest, DemoTask... tasks) throws IOException {
        return write(directory, out, rest, true, tasks);
    }

    private static Experiment write(Path directory, String out, String rest, boolean validated, DemoTask... tasks)
            throws IOException {
        Path base = directory.resolve("base");
        if (!Files.exists(base)) {
            DemoFiles.writeBase(base);
            for (DemoTask task : DemoTask.values()) {
                DemoFiles.writeTask(directory, new DemoData(DemoData.DEFAULT_SEED), task);
            }
        }
        StringBuilder text =
                new StringBuilder(Text.format("base: %s\nout: %s\ntasks:\n", base, directory.resolve(out)));
        String validation = "validation-rows: 4";
        for (DemoTask task : tasks.length == 0 ? THREE : tasks) {
            text.append(Text.format("""
                  %1$s:
                    train: %2$s/%1$s-train.jsonl
                    test: %2$s/%1$s-test.jsonl
                    train-rows: 32
                    %3$s
                    test-rows: 4
                    prompt: "{prompt}"
                    completion: "{completion}"
                    generate: 1
                """, task.taskName(), directory, validation));
            validation = validated ? validation : "";
        }
        return ExperimentReader.read(Files.writeString(directory.resolve(out + ".yaml"), text + rest));
    }

    /// Runs to the end.
    static List<Metric> run(Experiment experiment, List<String> begun) {
        return run(experiment, begun, () -> false);
    }

    /// Runs until stopped, and notes which stages begin.
    static List<Metric> run(Experiment experiment, List<String> begun, BooleanSupplier stop) {
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, noting(begun), stop)) {
            run.run();
            return run.metrics();
        }
    }

    static Stages noting(List<String> begun) {
        return what -> {
            begun.add(what);
            return Stages.NONE.begin(what);
        };
    }

    /// What two runs of the same experiment must have in common.
    static List<Metric> withoutCost(List<Metric> metrics) {
        List<Metric> rest = new ArrayList<>(metrics);
        rest.removeIf(metric -> COST.contains(metric.figure()));
        return rest;
    }

    static List<Metric> of(List<Metric> metrics, Figure figure) {
        return metrics.stream().filter(metric -> metric.figure() == figure).toList();
    }
}
