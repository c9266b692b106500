package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Delta;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lota calibrate`: finds a mask by a brief fine-tune.
@Command
final class CalibrateCommand extends AttributionCommand {
    @Option(
            names = "--score",
            paramLabel = "NAME",
            defaultValue = "delta",
            converter = AttributionName.class,
            completionCandidates = AttributionName.class,
            description = "What weights are chosen by (default: ${DEFAULT-VALUE}): how far a brief fine-tune moves"
                    + " them, or, with loss-change, how much of the loss that accounts for; for the others, see"
                    + " lota mask choose --by.")
    private Attribution score = new Delta();

    @Override
    Attribution named() {
        return score;
    }

    @Override
    String option() {
        return "--score";
    }

    @Override
    int execute(Result result) {
        int code = super.execute(result);
        if (code == ExitCode.OK && !trains()) {
            messages()
                    .note(Text.format(
                            "lota: calibrate --score %s does not calibrate; lota mask choose --by %s is the same.",
                            score.name(), score.name()));
        }
        return code;
    }
}
