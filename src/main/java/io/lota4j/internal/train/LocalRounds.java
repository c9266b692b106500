package io.lota4j.internal.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.train.StepRunner.NotFiniteShard;
import io.lota4j.internal.train.StepRunner.Outcome;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.ReplicaRound.Step;
import io.lota4j.train.TrainConfig;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Rounds of steps that each shard takes apart from the others, and the step that brings them together; see [LocalSgd].
///
/// It keeps an outer momentum, and of each shard what its optimizer has, all on the Java heap.
final class LocalRounds implements KeptInState {
    private static final String PREFIX = "local.";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final LocalSgd settings;
    private final int shards;
    private final Replica replica;
    private final float[] momentum;
    private final List<OptimizerState> optimizers;
    private @Nullable RemoteShards elsewhere;

    /// @param replica takes the shards' steps one after the other where nobody else does
    LocalRounds(LocalSgd settings, TrainConfig config, Replica replica) {
        this.settings = settings;
        this.shards = config.shards();
        this.replica = replica;
        this.momentum = new float[values().length];
        this.optimizers = new ArrayList<>(Collections.nCopies(shards, replica.initial()));
    }

    /// Has the shards' steps taken elsewhere from now on.
    void compute(RemoteShards where) {
        elsewhere = where;
    }

    /// Steps of the round that begins with a step.
    ///
    /// @param from the step, from 1
    /// @param all steps of the run
    int steps(long from, long all) {
        return (int) Math.min(settings.innerSteps(), all - from + 1);
    }

    /// Goes through a round: the trained weights are then those that the next one begins with.
    ///
    /// @param from its first step, from 1
    /// @param steps how many
    /// @param stop asked before each step of a shard that is computed here
    /// @return what is told of each step of all shards; empty if it was stopped, and the weights are then those of
    ///     the round's begin
    /// @throws NotFiniteShard at the first shard with a step whose loss or gradient is not finite; the weights are
    ///     then those of the round's begin
    List<Outcome> round(long from, int steps, BooleanSupplier stop) {
        float[] start = values();
        float[] moved = new float[start.length];
        List<OptimizerState> after = new ArrayList<>();
        List<List<Step>> told = new ArrayList<>();
        Iterator<Optional<ReplicaRound>> rounds = rounds(from, steps, start, stop);
        for (int shard = 0; shard < shards; shard++) {
            Optional<ReplicaRound> round = rounds.next();
            if (round.isEmpty()) {
                begin(start);
                return List.of();
            }
            requireFinite(round.get(), from, shard, start);
            for (int e = 0; e < moved.length; e++) {
                moved[e] += start[e] - round.get().values()[e];
            }
            after.add(round.get().optimizer());
            told.add(round.get().steps());
        }
        step(start, moved);
        Collections.copy(optimizers, after);
        begin(start);
        return IntStream.range(0, steps)
                .mapToObj(step ->
                        together(told.stream().map(taken -> taken.get(step)).toList()))
                .toList();
    }

    /// One after the other, each when it is asked for.
    private Iterator<Optional<ReplicaRound>> rounds(long from, int steps, float[] start, BooleanSupplier stop) {
        RemoteShards remote = elsewhere;
        return remote == null
                ? IntStream.range(0, shards)
                        .mapToObj(shard -> replica.round(from, steps, shard, start, optimizers.get(shard), stop))
                        .iterator()
                : remote.round(from, steps, start, List.copyOf(optimizers)).stream()
                        .map(Optional::of)
                        .iterator();
    }

    private void requireFinite(ReplicaRound round, long from, int shard, float[] start) {
        Step last = round.steps().getLast();
        if (!last.isFinite()) {
            begin(start);
            throw new NotFiniteShard(from + round.steps().size() - 1, shard, last.loss(), last.norm());
        }
    }

    /// The trained weights' own optimizer is a shard's meanwhile: a state on disk has the first shard's there,
    /// whichever was computed last, or in part.
    private void begin(float[] values) {
        replica.begin(values, optimizers.getFirst());
    }

    /// SGD with Nesterov momentum, as PyTorch has it, in F32.
    ///
    /// @param values before the step, and after it
    /// @param moved the sum of what the shards moved by, start minus end
    private void step(float[] values, float[] moved) {
        float lr = (float) settings.outerLr();
        float kept = (float) settings.outerMomentum();
        for (int e = 0; e < values.length; e++) {
            float mean = moved[e] / shards;
            momentum[e] = kept * momentum[e] + mean;
            values[e] -= lr * (mean + kept * momentum[e]);
        }
    }

    /// What is told of a step of all shards: the norm is the mean of those that had examples.
    private static Outcome together(List<Step> parts) {
        Map<String, Double> figures = new TreeMap<>();
        parts.forEach(part -> part.figures().forEach((name, value) -> figures.merge(name, value, Double::sum)));
        double norm = 0;
        double loss = 0;
        long with = 0;
        for (Step part : parts) {
            loss += part.loss();
            norm += part.norm();
            with += part.tokens() > 0 ? 1 : 0;
        }
        return new Outcome(
                loss,
                with == 0 ? 0 : norm / with,
                parts.stream().mapToLong(Step::tokens).sum(),
                parts.stream().mapToLong(Step::scored).sum(),
                figures);
    }

    private float[] values() {
        return Concatenated.of(replica.parameters().trainables(), Trainable::copyTo);
    }

    @Override
    public void addTo(List<TensorSource> tensors) {
        tensors.add(floats("momentum", momentum));
        for (int shard = 0; shard < shards; shard++) {
            OptimizerState state = optimizers.get(shard);
            String name = name(shard);
            tensors.add(floats(name + "first", state.first()));
            tensors.add(floats(name + "second", state.second()));
            List<Trainable> trainables = replica.parameters().trainables();
            for (int t = 0; t < trainables.size(); t++) {
                tensors.add(Updates.source(
                        PREFIX + name + "updates." + trainables.get(t).name(),
                        state.updates().get(t)));
            }
        }
    }

    private static String name(int shard) {
        return Text.format("shard.%d.", shard + 1);
    }

    private static TensorSource floats(String name, float[] values) {
        return new TensorSource(
                PREFIX + name,
                DType.F32,
                Shape.of(values.length),
                target -> MemorySegment.copy(values, 0, target, FLOAT, 0, values.length));
    }

    @Override
    public void read(SafetensorsFile state, long step) {
        readFloats(state, "momentum", momentum);
        for (int shard = 0; shard < shards; shard++) {
            OptimizerState begun = optimizers.get(shard);
            float[] first = new float[begun.first().length];
            float[] second = new float[begun.second().length];
            readFloats(state, name(shard) + "first", first);
            readFloats(state, name(shard) + "second", second);
            List<long[]> updates = new ArrayList<>();
            for (Trainable trainable : replica.parameters().trainables()) {
                String name = name(shard) + "updates." + trainable.name();
                required(state, name, DType.I64);
                updates.add(Updates.read(state, PREFIX + name, trainable.elements(), step));
            }
            optimizers.set(shard, new OptimizerState(first, second, updates));
        }
    }

    private static void readFloats(SafetensorsFile state, String name, float[] values) {
        TensorInfo info = required(state, name, DType.F32);
        if (info.shape().numel() != values.length) {
            throw new LotaException(Text.format(
                    "%s: expected %,d values in tensor %s, found %s.",
                    state.path(), values.length, PREFIX + name, info));
        }
        MemorySegment.copy(state.bytes(PREFIX + name), FLOAT, 0, values, 0, values.length);
    }

    private static TensorInfo required(SafetensorsFile state, String name, DType type) {
        TensorInfo info = state.tensors().get(PREFIX + name);
        if (info == null || info.dtype() != type) {
            throw new LotaException(Text.format(
                    "%s: expected the %s tensor %s, found %s. Remove the file to start again.",
                    state.path(), type, PREFIX + name, info == null ? "none" : info));
        }
        return info;
    }
}
