package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Experiment.Equal;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Effort;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;

/// How a stage's steps are shared out.
///
/// @param calibration steps, or steps' worth of examples, that choosing the mask takes
/// @param training steps after that
record StepBudget(long calibration, long training) {
    /// @throws LotaException if all of the steps go into calibration
    static StepBudget of(Experiment experiment, GridRun run, int stage) {
        Task task = experiment.task(run.order().get(stage));
        long steps = task.steps().orElse(experiment.training().steps());
        long calibration = calibration(experiment, run.variant());
        if (!experiment.equal().contains(Equal.TOKENS)) {
            return new StepBudget(calibration, steps);
        }
        if (calibration >= steps) {
            throw new LotaException(Text.format(
                    "%s: %s takes %d steps to choose its mask, and with equal tokens none of task %s's "
                            + "%d steps is left to train.",
                    experiment.recipe(), run.variant().label(), calibration, task.name(), steps));
        }
        return new StepBudget(calibration, steps - calibration);
    }

    /// An example that is scored costs what it costs in training: a pass forward and a pass back.
    private static long calibration(Experiment experiment, Variant variant) {
        if (!(variant.method() instanceof Sparse sparse)) {
            return 0;
        }
        Effort effort = sparse.effort();
        return effort.steps()
                + Math.ceilDiv(effort.rows(), experiment.training().examples());
    }
}
