package io.lota4j.train;

/// What the held-out rows cost at a step of a run.
///
/// @param step the step whose weights were scored
/// @param loss mean of the rows' labelled tokens, in nats
public record HeldOutLoss(long step, double loss) {}
