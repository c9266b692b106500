package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Experiment.Equal;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Effort;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.experiment.Variant;

/// How a stage's steps are shared out.
///
/// @param calibration steps, or steps' worth of examples, of the experiment's batch that choosing the mask takes
/// @param training steps after that, of the method's batch
record StepBudget(long calibration, long training) {
    /// @throws LotaException if all of the steps go into calibration
    static StepBudget of(Experiment experiment, GridRun run, int stage) {
        Task task = experiment.task(run.order().get(stage));
        Variant variant = run.variant(stage);
        long steps = experiment.steps(variant, task);
        long calibration = calibration(experiment, variant);
        // What somebody else does is made equal to nothing.
        if (!experiment.equal().contains(Equal.TOKENS) || run.isOthers(stage)) {
            return new StepBudget(calibration, steps);
        }
        Training own = experiment.training(variant);
        long taken = calibration == 0 ? 0 : own.steps(calibration, experiment.training());
        if (taken >= steps) {
            throw new LotaException(Text.format(
                    "%s: %s takes %d steps to choose its mask, and with equal tokens none of task %s's "
                            + "%d steps is left to train.",
                    experiment.recipe(), variant.label(), taken, task.name(), steps));
        }
        return new StepBudget(calibration, steps - taken);
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
