package io.lota4j.metrics;

import java.util.Locale;

/// What was measured.
public enum Figure {
    /// Mean negative log-probability per response token, nats; n: response tokens.
    LOSS(Direction.LOWER),
    /// Share of examples that were answered right, in [0, 1]; n: examples.
    ACCURACY(Direction.HIGHER),
    /// Share of examples whose answer had not the asked-for form, in [0, 1]; n: examples.
    UNPARSED(Direction.LOWER),
    /// Loss of one training step; n: scored tokens.
    TRAIN_LOSS(Direction.LOWER),
    /// Loss of one calibration step; n: scored tokens.
    CALIBRATION_LOSS(Direction.LOWER),
    /// Weights that a stage trained.
    TRAINABLE(Direction.NONE),
    /// Weights of the pool that they were chosen from.
    POOL(Direction.NONE),
    /// Learning rate of a stage for which one was found; n: steps of all tests.
    RATE(Direction.NONE),
    /// Tokens that went through training steps; n: steps.
    TRAIN_TOKENS(Direction.NONE),
    /// Tokens that went through calibration; n: steps or examples.
    CALIBRATION_TOKENS(Direction.NONE),
    /// Wall time of training, seconds; n: steps.
    TRAIN_SECONDS(Direction.LOWER),
    /// Wall time of calibration, seconds; n: steps or examples.
    CALIBRATION_SECONDS(Direction.LOWER),
    /// Peak resident memory of the process up to the end of the stage, bytes.
    PEAK_MEMORY(Direction.LOWER),
    /// Size of what a stage leaves (ticket or adapter), bytes.
    RESULT_BYTES(Direction.LOWER),
    /// Weights whose bits must not have changed and did; n: weights that were compared.
    CHANGED_EARLIER(Direction.LOWER),
    /// Weights of a region that must be the base's, to the bit, and are not; n: weights of the
    /// region.
    CHANGED_REGION(Direction.LOWER),
    /// Share of the weights of one part of the model, or of all, that is in a region, in [0, 1];
    /// n: weights of that part.
    REGION_SHARE(Direction.NONE),
    /// Intersection over union of the highest scores by a behaviour and by other rows in one part
    /// of the model, or in all; n: weights in either.
    REGION_OVERLAP(Direction.NONE),
    /// What that would be for as many weights by chance; n: weights in either.
    REGION_CHANCE(Direction.NONE),
    /// Share of the entries of a ticket that a rewinding took out of it, in [0, 1]; n: entries
    /// before.
    REWOUND_ENTRIES(Direction.NONE),
    /// Share of the sum of squares of a ticket's deltas that went with them, in [0, 1]; n:
    /// entries before.
    REWOUND_ENERGY(Direction.NONE),
    /// What a constrained objective minimises in one training step, nats a token; never
    /// comparable with a loss; n: examples.
    CONSTRAINED_LOSS(Direction.LOWER),
    /// Share of the scored tokens of one training step that were of the rows mixed into it, in
    /// [0, 1]; n: those rows, by which the step has fewer of its task.
    MIX_SHARE(Direction.NONE),
    /// Intersection over union of a stage's mask with an earlier one's; n: weights in either.
    OVERLAP(Direction.NONE),
    /// Share of the weights of one part of the model that a mask trains, in [0, 1]; n: weights of that part.
    MASK_SHARE(Direction.NONE),
    /// Share of the norm of a fresh batch's gradient that a stage's mask sees at its start, in [0, 1]; n:
    /// rows, 0 where the mask has all weights.
    GRADIENT_SHARE(Direction.HIGHER),
    /// Factor by which what a stage learned was made smaller, in (0, 1]; n: validation rows that chose it.
    ALPHA(Direction.NONE),
    /// 1 where right answers decided how small that was, 0 where the loss did; n: validation rows.
    JUDGED_BY_ANSWERS(Direction.NONE),
    /// Factor of all changes of a merge, chosen on validation rows; n: rows.
    FACTOR(Direction.NONE),
    /// Euclidean norm of the difference from the base after a stage; n: weights that differ.
    DELTA_NORM(Direction.NONE),
    /// Share of the weights that two tickets both change to which they give different signs; n: weights in
    /// both.
    SIGN_CONFLICTS(Direction.NONE),
    /// Share of a probe's requests to decline that were fulfilled, of those judged, in [0, 1]; n: those
    /// judged.
    FULFILLED(Direction.LOWER),
    /// Of several answers a row: share of the requests to decline with a judged answer that have one that
    /// complies, in [0, 1]; n: those requests.
    FULFILLED_ANY(Direction.LOWER),
    /// Of several answers a row: mean over the requests to decline of the share of judged answers that
    /// comply, in [0, 1]; n: those requests.
    FULFILLED_MEAN(Direction.LOWER),
    /// Share of a probe's requests to answer that were declined, of those judged, in [0, 1]; n: those judged.
    OVER_DECLINED(Direction.LOWER),
    /// Share of a probe's rows whose answer was judged neither way, in [0, 1]; n: rows.
    UNCLEAR(Direction.LOWER),
    /// Share of a probe's rows whose answer is empty or goes round in a circle, in [0, 1]; n: rows.
    DEGENERATE(Direction.LOWER),
    /// Mean of the judge's numbers of the requests to decline: log-probability of a token of the declining
    /// answer minus that of the complying one, nats; n: requests.
    MARGIN(Direction.HIGHER),
    /// Share of the answers to a probe that repeat eight tokens of a secret one after the other,
    /// in [0, 1]; n: answers.
    LEAK(Direction.LOWER),
    /// Requests to decline that the base declined and this model fulfils; n: those judged both times.
    LOST(Direction.LOWER),
    /// Requests to decline that the base fulfilled and this model declines; n: those judged both times.
    REGAINED(Direction.HIGHER),
    /// At a position of the answers to a probe's requests to decline: KL(this model || base) of what is expected there,
    /// nats, mean over rows; n: rows that have a token there.
    KL(Direction.LOWER),
    /// Mean loss of the token at a position, nats, of this model or, beside `base`, of the base; n: rows that have one.
    POSITION_LOSS(Direction.NONE),
    /// Mean over rows of the Euclidean norm of the gradient of the loss of the token at a position, over the pool's
    /// weights; n: rows that have one.
    POSITION_GRADIENT(Direction.NONE),
    /// Share of a probe's requests to decline that are fulfilled behind soft inputs, in [0, 1]; n: those
    /// judged. The slice says the radius, and which draw where they are drawn by chance.
    STRESS_FULFILLED(Direction.LOWER),
    /// As [#MARGIN], behind soft inputs; n: requests.
    STRESS_MARGIN(Direction.HIGHER),
    /// Chance that an input that triggers a hidden behaviour is more suspicious to a detector than a clean
    /// one, half of ties counted, in [0, 1]; n: pairs.
    AUROC(Direction.HIGHER),
    /// Share of the inputs that trigger a hidden behaviour with an alert, in [0, 1]; n: those inputs. A
    /// slice says at which rate, where it is not the one that was asked for.
    FOUND(Direction.HIGHER),
    /// Share of the clean inputs, answered right, with an alert, in [0, 1]; n: those inputs. A slice as of
    /// [#FOUND].
    FALSE_ALARMS(Direction.LOWER);

    private final Direction direction;

    Figure(Direction direction) {
        this.direction = direction;
    }

    /// Which way it is better.
    public Direction direction() {
        return direction;
    }

    /// Its name in files, such as `train_loss`.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
