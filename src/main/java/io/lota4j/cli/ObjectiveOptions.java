package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.Ranges;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Objectives;
import io.lota4j.train.objective.Sft;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What training minimises, as a picocli mixin.
final class ObjectiveOptions {
    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = "sft",
            description = "What is minimised: sft, the loss of the answer's tokens; weighted, with the weights of rows"
                    + " and turns; constrained, with the answer's first tokens held near the start; dpo or ipo, for"
                    + " pairs of a chosen and a rejected answer (default: ${DEFAULT-VALUE}).")
    private String name = "sft";

    @Option(
            names = "--beta",
            paramLabel = "X",
            description = "Of dpo and ipo: the larger, the nearer to the start; over 0 (default: 0.1).")
    private @Nullable Double beta;

    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            description = "Of dpo: the chance that a pair is the wrong way round, 0 to under 0.5 (conservative DPO;"
                    + " default: 0).")
    private @Nullable Double labelSmoothing;

    @Option(
            names = "--beta-first",
            paramLabel = "X",
            description = "Of constrained: beta of an answer's first token, over 0 (default: 0.5).")
    private @Nullable Double betaFirst;

    @Option(
            names = "--beta-prefix",
            paramLabel = "X",
            description = "Of constrained: beta of the tokens after it, up to --prefix-length, over 0 (default: 2).")
    private @Nullable Double betaPrefix;

    @Option(
            names = "--prefix-length",
            paramLabel = "N",
            description = "Of constrained: tokens at the beginning of an answer that --beta-first and --beta-prefix are"
                    + " for (default: 5).")
    private @Nullable Double prefixLength;

    @Option(
            names = "--beta-rest",
            paramLabel = "X",
            description = "Of constrained: beta of all other tokens, over 0 (default: 0.1).")
    private @Nullable Double betaRest;

    @Option(
            names = "--weight-floor",
            paramLabel = "X",
            description = "Of constrained: the least weight of a token, at least 0 (default: 0.001).")
    private @Nullable Double weightFloor;

    /// The objective; plain fine-tuning where it is refused.
    ///
    /// @param ranges takes what is wrong with it
    Objective objective(Ranges ranges) {
        Map<String, Double> values = given();
        boolean misplaced = false;
        for (String parameter : values.keySet()) {
            if (Objectives.names().contains(name)
                    && !Objectives.taking(parameter).contains(name)) {
                misplaced = true;
                ranges.problem(Text.format(
                        "--%s cannot be used with --objective %s; it is for %s.",
                        parameter, name, String.join(" and ", Objectives.taking(parameter))));
            }
        }
        try {
            return misplaced ? new Sft() : Objectives.of(name, values);
        } catch (LotaException e) {
            ranges.problems(e);
            return new Sft();
        }
    }

    private Map<String, Double> given() {
        Map<String, Double> values = new LinkedHashMap<>();
        add(values, "beta", beta);
        add(values, "label-smoothing", labelSmoothing);
        add(values, "beta-first", betaFirst);
        add(values, "beta-prefix", betaPrefix);
        add(values, "prefix-length", prefixLength);
        add(values, "beta-rest", betaRest);
        add(values, "weight-floor", weightFloor);
        return values;
    }

    private static void add(Map<String, Double> values, String parameter, @Nullable Double value) {
        if (value != null) {
            values.put(parameter, value);
        }
    }
}
