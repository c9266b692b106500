package io.lota4j.train.objective;

import static io.lota4j.train.objective.Parameter.Range.POSITIVE;
import static io.lota4j.train.objective.Parameter.Range.UNDER_HALF;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Direct preference optimisation ([Rafailov et al. 2023](https://arxiv.org/abs/2305.18290)): with `h` beta times the
/// difference of the log-ratios of the chosen and the rejected answer, the loss of a pair is `-log sigmoid(h)`. With
/// label smoothing `e`, the chance that a pair is the wrong way round, it is `-(1 - e) log sigmoid(h) - e log
/// sigmoid(-h)` (conservative DPO, [Mitchell 2023](https://ericmitchell.ai/cdpo.pdf)).
///
/// @param beta over 0: the larger, the nearer the model stays to the start
/// @param labelSmoothing at least 0 and under 0.5
public record Dpo(double beta, double labelSmoothing) implements Preference {
    private static final Parameter BETA = new Parameter("beta", 0.1, POSITIVE);
    private static final Parameter SMOOTHING = new Parameter("label-smoothing", 0, UNDER_HALF);

    static final Objectives.Definition DEFINITION = new Objectives.Definition(
            "dpo",
            List.of(BETA, SMOOTHING),
            values -> new Dpo(values.applyAsDouble(BETA), values.applyAsDouble(SMOOTHING)));

    /// @throws io.lota4j.LotaException with every value that is out of its range
    public Dpo {
        Parameter.require(settings(beta, labelSmoothing));
    }

    /// Without label smoothing.
    public Dpo(double beta) {
        this(beta, SMOOTHING.byDefault());
    }

    private static SequencedMap<Parameter, Double> settings(double beta, double labelSmoothing) {
        SequencedMap<Parameter, Double> settings = new LinkedHashMap<>();
        settings.put(BETA, beta);
        settings.put(SMOOTHING, labelSmoothing);
        return settings;
    }

    @Override
    public String name() {
        return DEFINITION.name();
    }

    @Override
    public SequencedMap<Parameter, Double> settings() {
        return settings(beta, labelSmoothing);
    }

    @Override
    public double loss(double difference) {
        double h = beta * difference;
        return (1 - labelSmoothing) * Logistic.softplus(-h) + labelSmoothing * Logistic.softplus(h);
    }

    @Override
    public double slope(double difference) {
        return beta * (labelSmoothing - Logistic.sigmoid(-beta * difference));
    }
}
