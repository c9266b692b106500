package io.lota4j.train.objective;

import static io.lota4j.train.objective.Parameter.Range.COUNT;
import static io.lota4j.train.objective.Parameter.Range.NOT_NEGATIVE;
import static io.lota4j.train.objective.Parameter.Range.POSITIVE;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Token-wise constrained fine-tuning ([Qi et al. 2024](https://arxiv.org/abs/2406.05946), section 4): the first
/// tokens of an answer are kept near what the model says at the start of the run.
///
/// With `d` the log-probability of a token at the start minus now, its loss is `(2 / beta) log(1 + exp(beta d))`, whose
/// gradient is that of cross entropy times `2 sigmoid(beta d)`: 1 at the start, nearer to 0 the more probable the token
/// has become. The larger beta is, the stronger the constraint; near 0 it is cross entropy.
///
/// @param first beta of an answer's first token
/// @param prefix beta of the tokens after it, up to `length`
/// @param length tokens of an answer that `first` and `prefix` are for
/// @param rest beta of all other tokens
/// @param floor the least weight of a token
public record ConstrainedSft(double first, double prefix, int length, double rest, double floor) implements Objective {
    private static final Parameter FIRST = new Parameter("beta-first", 0.5, POSITIVE);
    private static final Parameter PREFIX = new Parameter("beta-prefix", 2, POSITIVE);
    private static final Parameter LENGTH = new Parameter("prefix-length", 5, COUNT);
    private static final Parameter REST = new Parameter("beta-rest", 0.1, POSITIVE);
    private static final Parameter FLOOR = new Parameter("weight-floor", 1e-3, NOT_NEGATIVE);

    static final Objectives.Definition DEFINITION = new Objectives.Definition(
            "constrained",
            List.of(FIRST, PREFIX, LENGTH, REST, FLOOR),
            values -> new ConstrainedSft(
                    values.applyAsDouble(FIRST),
                    values.applyAsDouble(PREFIX),
                    count(values.applyAsDouble(LENGTH)),
                    values.applyAsDouble(REST),
                    values.applyAsDouble(FLOOR)));

    /// The figure of what is minimised, beside the cross entropy that is told as the loss.
    public static final String LOSS = "constrained_loss";

    /// @throws io.lota4j.LotaException with every value that is out of its range
    public ConstrainedSft {
        Parameter.require(settings(first, prefix, length, rest, floor));
    }

    /// The parameters of the paper.
    public ConstrainedSft() {
        this(FIRST.byDefault(), PREFIX.byDefault(), count(LENGTH.byDefault()), REST.byDefault(), FLOOR.byDefault());
    }

    /// A fraction is refused as a number under 0 is.
    private static int count(double value) {
        return COUNT.holds(value) ? (int) value : -1;
    }

    private static SequencedMap<Parameter, Double> settings(
            double first, double prefix, double length, double rest, double floor) {
        SequencedMap<Parameter, Double> settings = new LinkedHashMap<>();
        settings.put(FIRST, first);
        settings.put(PREFIX, prefix);
        settings.put(LENGTH, length);
        settings.put(REST, rest);
        settings.put(FLOOR, floor);
        return settings;
    }

    @Override
    public String name() {
        return DEFINITION.name();
    }

    @Override
    public SequencedMap<Parameter, Double> settings() {
        return settings(first, prefix, length, rest, floor);
    }

    @Override
    public boolean needsLosses() {
        return true;
    }

    /// The constraint is for the task's rows; those that are mixed in have cross entropy.
    @Override
    public Objective onMixedRows() {
        return new Sft();
    }

    /// The paper lost most of the effect without one.
    @Override
    public boolean wantsWarmUp() {
        return true;
    }

    @Override
    public double weigh(List<LabelledTokens> sequences, Figures figures) {
        LabelledTokens tokens = sequences.getFirst();
        double constrained = 0;
        for (int token = 0; token < tokens.count(); token++) {
            double beta = beta(tokens.place(token));
            double fallen = beta * (tokens.reference(token) + tokens.loss(token));
            tokens.weigh(token, Math.max(floor, 2 * Logistic.sigmoid(fallen)));
            constrained += 2 / beta * Logistic.softplus(fallen);
        }
        figures.add(LOSS, constrained);
        return tokens.loss();
    }

    private double beta(int place) {
        if (place > length) {
            return rest;
        }
        return place == 1 ? first : prefix;
    }
}
