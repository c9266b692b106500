package io.lota4j.cli;

import io.lota4j.experiment.Stages;
import io.lota4j.internal.Text;

/// Shows each stage's progress on a line of its own.
///
/// @param messages what they are shown among
record ShownStages(Messages messages) implements Stages {
    private static final int WIDTH = 18;

    @Override
    public Stage begin(String what) {
        ProgressBar bar = messages.bar(Text.format("%-" + WIDTH + "s", what));
        return new Stage() {
            @Override
            public void at(long done, long all, double tokensPerSecond, double loss) {
                bar.update(done, all, tokensPerSecond, loss);
            }

            @Override
            public void warn(String sentence) {
                bar.clear();
                messages.warn(sentence);
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
