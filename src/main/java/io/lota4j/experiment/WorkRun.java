package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.kernel.choice.KernelChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Does works of an experiment for another process, which holds the experiment's lock. One work at a time.
///
/// A work is done in a place of this process alone within 'out', and moved to where it belongs when it is done: work
/// that is done twice leaves the same bytes.
public final class WorkRun implements AutoCloseable {
    private final ExperimentRun run;
    private final Places places;
    private final Works works;
    private final List<String> warnings;

    private WorkRun(ExperimentRun run, Places places, List<String> warnings) {
        this.run = run;
        this.places = places;
        this.works = run.works();
        this.warnings = warnings;
    }

    /// Opens the base and loads the data.
    ///
    /// @param experiment read from the order
    /// @param stop asked after every step and batch
    /// @throws LotaException if the base is another one
    public static WorkRun open(Experiment experiment, WorkOrder order, KernelChoice kernel, BooleanSupplier stop) {
        Places places = Places.apart(experiment.out());
        List<String> warnings = new ArrayList<>();
        ExperimentRun run = new ExperimentRun(experiment, places, kernel, warned(warnings), stop);
        if (!run.fingerprint().equals(order.fingerprint())) {
            run.close();
            throw new LotaException(Text.format(
                    "%s holds another base here: its fingerprint is %s, expected %s. All machines need the same base at"
                            + " the same path.",
                    experiment.base(), run.fingerprint(), order.fingerprint()));
        }
        return new WorkRun(run, places, warnings);
    }

    private static Stages warned(List<String> warnings) {
        return what -> new Stages.Stage() {
            @Override
            public void at(long done, long all, double tokensPerSecond, double loss) {
                // Whoever asked for the work hears of its end.
            }

            @Override
            public void warn(String sentence) {
                warnings.add(sentence);
            }

            @Override
            public void close() {
                // Nothing was opened.
            }
        };
    }

    /// Does a work and moves it to where it belongs. What it needs has to be done.
    ///
    /// @return warnings, in whole sentences
    /// @throws LotaException if it fails
    /// @throws java.util.concurrent.CancellationException if it was to stop
    public List<String> run(Work work) {
        warnings.clear();
        if (!works.all().contains(work)) {
            throw new LotaException(Text.format(
                    "This process knows no work %s of the experiment. All machines need the same version of lota4j and"
                            + " the same data.",
                    work.name()));
        }
        try {
            works.run(work);
        } finally {
            places.publish();
        }
        return List.copyOf(warnings);
    }

    /// Where the process works until something is done.
    Path place() {
        return places.own().orElseThrow();
    }

    @Override
    public void close() {
        run.close();
    }
}
