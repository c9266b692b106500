package io.lota4j.cli;

import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Delta;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lota mask choose`: finds a mask by any attribution.
@Command(name = "choose", description = "The weights with the highest scores by an attribution.")
final class ChooseCommand extends AttributionCommand {
    @Option(
            names = "--by",
            required = true,
            paramLabel = "NAME",
            converter = AttributionName.class,
            completionCandidates = AttributionName.class,
            description = "What weights are scored by: ${COMPLETION-CANDIDATES}. delta and loss-change take a brief"
                    + " fine-tune, as lota calibrate does; magnitude and random take no data, the others a pass over"
                    + " each row of --data.")
    private Attribution by = new Delta();

    @Override
    Attribution named() {
        return by;
    }

    @Override
    String option() {
        return "--by";
    }
}
