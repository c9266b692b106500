package io.lota4j.train;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What the held-out rows cost at a step of a run.
///
/// @param step the step whose weights were scored
/// @param loss of the run's objective: mean of the rows' labelled tokens, or of their pairs, in nats
/// @param figures that the objective tells beside the loss; empty of a step before a resumed run
public record HeldOutLoss(long step, double loss, Map<String, Double> figures) {
    /// Copies the figures, sorted.
    public HeldOutLoss {
        figures = Collections.unmodifiableMap(new TreeMap<>(figures));
    }

    /// A loss with no other figures.
    public HeldOutLoss(long step, double loss) {
        this(step, loss, Map.of());
    }
}
