package io.lota4j.internal.train;

import io.lota4j.internal.memory.Buffer;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.ReplicaRound.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Takes the steps of one shard at a time, apart from the others: a pure function of the values and the optimizer's
/// state that it begins with, the steps and the shard.
record Replica(StepRunner runner, Parameters parameters, Samples samples) {
    private static final float[] NO_FLOATS = {};

    /// The state of an optimizer before its first step: as the trained weights' are when they are made.
    OptimizerState initial() {
        return optimizer();
    }

    /// Takes steps until the last one, or one whose loss or gradient is not finite, which is told and moves nothing.
    /// The trained weights are then the shard's.
    ///
    /// @param from the first step, from 1
    /// @param shard from 0
    /// @param values F32, of all trained weights
    /// @param optimizer the shard's, which is read and not changed
    /// @param stop asked before each step
    /// @return empty if it was stopped
    Optional<ReplicaRound> round(
            long from, int steps, int shard, float[] values, OptimizerState optimizer, BooleanSupplier stop) {
        begin(values, optimizer);
        List<Step> taken = new ArrayList<>();
        for (long step = from; step < from + steps; step++) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            taken.add(runner.step(samples, step, shard));
            if (!taken.getLast().isFinite()) {
                break;
            }
        }
        return Optional.of(new ReplicaRound(Concatenated.of(trainables(), Trainable::copyTo), optimizer(), taken));
    }

    /// Sets the trained weights.
    ///
    /// @param values F32, of all of them
    void set(float[] values) {
        Concatenated.each(values, trainables(), Trainable::copyFrom);
        parameters.moved();
    }

    /// Sets the trained weights and what the optimizer has.
    ///
    /// @param values F32, of all of them
    void begin(float[] values, OptimizerState optimizer) {
        set(values);
        setMoments(optimizer.first(), trainable -> trainable.moments().first());
        setMoments(optimizer.second(), trainable -> trainable.moments().second());
        for (int t = 0; t < trainables().size(); t++) {
            trainables().get(t).updates().set(optimizer.updates().get(t));
        }
    }

    private OptimizerState optimizer() {
        return new OptimizerState(
                moments(trainable -> trainable.moments().first()),
                moments(trainable -> trainable.moments().second()),
                trainables().stream()
                        .map(trainable -> trainable.updates().counts())
                        .toList());
    }

    /// @param values none where the rule has no such moment
    private void setMoments(float[] values, Function<Trainable, @Nullable Buffer> moment) {
        if (values.length > 0) {
            Concatenated.each(values, trainables(), (trainable, part) -> {
                there(moment, trainable).copyFrom(part);
                trainable.rest();
            });
        }
    }

    private float[] moments(Function<Trainable, @Nullable Buffer> moment) {
        if (moment.apply(trainables().getFirst()) == null) {
            return NO_FLOATS;
        }
        return Concatenated.of(trainables(), (trainable, part) -> {
            there(moment, trainable).copyTo(part);
            trainable.rest();
        });
    }

    private static Buffer there(Function<Trainable, @Nullable Buffer> moment, Trainable trainable) {
        return Objects.requireNonNull(moment.apply(trainable), trainable.name());
    }

    private List<Trainable> trainables() {
        return parameters.trainables();
    }
}
