package io.lota4j.internal.model;

/// What a pass over a batch found.
///
/// @param tokenLosses negative log-probability (nats) of each scored token, in the order of
/// [PackedBatch#targetPositions]
@SuppressWarnings("ArrayRecordComponent") // made once and given away
public record Loss(float[] tokenLosses) {
    /// Sum over the scored tokens, in nats.
    public double sum() {
        double sum = 0;
        for (float loss : tokenLosses) {
            sum += loss;
        }
        return sum;
    }
}
