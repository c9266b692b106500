package io.lota4j.cli;

import io.lota4j.experiment.ExperimentRun;
import io.lota4j.experiment.Stages;

/// Shows how many stages of a grid are trained, and nothing of what goes on within one.
final class StagesInALine implements Stages {
    private static final String COUNTED = "train ";

    private final ProgressBar bar;
    private int trained;
    private int all;

    StagesInALine(ProgressBar bar) {
        this.bar = bar;
    }

    /// Counts from here to the end of a grid.
    void begin(ExperimentRun run) {
        all = run.stagesLeft();
    }

    @Override
    public Stage begin(String what) {
        return new Stage() {
            @Override
            public void at(long done, long of, double tokensPerSecond, double loss) {
                // Too many and too short to be shown.
            }

            @Override
            public void close() {
                if (what.startsWith(COUNTED)) {
                    bar.update(++trained, all);
                }
            }
        };
    }
}
