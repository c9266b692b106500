package io.lota4j.cli;

import io.lota4j.experiment.Stages;
import io.lota4j.internal.Text;
import java.io.PrintWriter;

/// Shows each stage's progress on a line of its own.
///
/// @param err where
record ShownStages(PrintWriter err) implements Stages {
    private static final int WIDTH = 18;

    @Override
    public Stage begin(String what) {
        ProgressBar bar = ProgressBar.on(err, Text.format("%-" + WIDTH + "s", what));
        return new Stage() {
            @Override
            public void at(long done, long all, double tokensPerSecond, double loss) {
                bar.update(done, all, tokensPerSecond, loss);
            }

            @Override
            public void warn(String sentence) {
                bar.interrupt("lota: warning: " + sentence);
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
