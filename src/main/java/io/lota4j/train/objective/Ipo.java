package io.lota4j.train.objective;

import static io.lota4j.train.objective.Parameter.Range.POSITIVE;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Identity preference optimisation ([Azar et al. 2023](https://arxiv.org/abs/2310.12036), equation 17): the loss of a
/// pair is the square of the difference of the log-ratios of the chosen and the rejected answer minus `1 / (2 beta)`,
/// so that a pair that is far enough apart is pushed no further. Log-ratios are of whole answers, as in the paper, not
/// means of their tokens.
///
/// @param beta over 0: the larger, the nearer the model stays to the start
public record Ipo(double beta) implements Preference {
    private static final Parameter BETA = new Parameter("beta", 0.1, POSITIVE);

    static final Objectives.Definition DEFINITION =
            new Objectives.Definition("ipo", List.of(BETA), values -> new Ipo(values.applyAsDouble(BETA)));

    /// @throws io.lota4j.LotaException if the value is out of its range
    public Ipo {
        Parameter.require(settings(beta));
    }

    private static SequencedMap<Parameter, Double> settings(double beta) {
        SequencedMap<Parameter, Double> settings = new LinkedHashMap<>();
        settings.put(BETA, beta);
        return settings;
    }

    @Override
    public String name() {
        return DEFINITION.name();
    }

    @Override
    public SequencedMap<Parameter, Double> settings() {
        return settings(beta);
    }

    @Override
    public double loss(double difference) {
        double beyond = difference - 1 / (2 * beta);
        return beyond * beyond;
    }

    @Override
    public double slope(double difference) {
        return 2 * (difference - 1 / (2 * beta));
    }
}
