package io.lota4j.internal.train;

import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.internal.train.distill.Divergence;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Keeps a model that is trained near to what it was before the run, at the rows of a mix. The teacher is the same
/// model: the trained values change places with those of the run's start and back, to the bit. That keeps 4 bytes for
/// each of them, and while a step lasts what the teacher expects at its mixed tokens, of 4 bytes times vocabulary each.
final class Distilled {
    private final Decoder decoder;
    private final Parameters parameters;
    private final MixRows rows;
    private final List<MemorySegment> others;

    /// @param parameters with the values of the run's start
    /// @param scope owns what is kept
    Distilled(Decoder decoder, Parameters parameters, MixRows rows, PtNDManager scope) {
        this.decoder = decoder;
        this.parameters = parameters;
        this.rows = rows;
        List<Trainable> trainables = parameters.trainables();
        ValueStore store = decoder.store(
                scope, trainables.stream().mapToLong(t -> t.entries().count()));
        this.others = trainables.stream()
                .map(t -> {
                    MemorySegment copy = store.hostFloats(t.entries().count());
                    t.copyTo(copy);
                    return copy;
                })
                .toList();
    }

    /// @param divergence mean over the tokens, nats
    /// @param tokens that went through the model's pass
    /// @param scored tokens that were compared
    record Outcome(double divergence, long tokens, long scored) {}

    /// Adds up the gradients of a step's rows.
    ///
    /// @param step from 0
    /// @param factor of the mean divergence in the step's loss
    Outcome gradients(long step, double factor, StepGradients sink) {
        List<MicroBatch> batches =
                MicroBatch.passes(rows.of(step), decoder.device().chunk());
        List<Divergence> passes = teacher(batches);
        try {
            long scored = passes.stream().mapToLong(Divergence::tokens).sum();
            double sum = 0;
            for (Divergence pass : passes) {
                sum += pass.gradients(decoder, factor / scored, sink);
            }
            long tokens =
                    passes.stream().mapToLong(pass -> pass.batch().tokens()).sum();
            return new Outcome(sum / scored, tokens, scored);
        } finally {
            passes.forEach(Divergence::close);
        }
    }

    private List<Divergence> teacher(List<MicroBatch> batches) {
        swap();
        try {
            return Divergence.teachers(
                    decoder, batches.stream().map(MicroBatch::batch).toList());
        } finally {
            swap();
        }
    }

    /// Has the model compute with the other values: the start's, or those that are trained now.
    void swap() {
        List<Trainable> trainables = parameters.trainables();
        for (int t = 0; t < others.size(); t++) {
            trainables.get(t).swap(others.get(t));
            ValueStore.rest(others.get(t));
        }
        parameters.moved();
    }
}
