package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.experiment.ExperimentRun;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.report.Report;
import java.nio.file.Path;
import java.util.List;

/// The experiment of a demo, which ends with a page.
///
/// @param recipe of the experiment
/// @param out where the page goes
record DemoExperiment(Path recipe, Path out) {
    /// Runs it, or what was left of it.
    ///
    /// @return false if it was stopped, which is told
    boolean run(Messages messages, Result result) {
        try (StopSignal stop = StopSignal.hold(System.err);
                ProgressBar bar = messages.bar("stages")) {
            StagesInALine stages = new StagesInALine(bar);
            try (ExperimentRun run = Lota.experiment(recipe, stages, stop)) {
                stages.begin(run);
                if (!run.run()) {
                    bar.close();
                    messages.tell(Text.format("lota: stopped; resume with: lota run %s", recipe));
                    return false;
                }
                Path page = out.resolve("report.html");
                AtomicFile.write(page, Report.read(List.of(run.out())).html());
                result.say("Report: %s (open it in a browser)", Figure.of(Key.REPORT, page));
                return true;
            }
        }
    }
}
