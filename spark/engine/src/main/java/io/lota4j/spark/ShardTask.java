package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.cli.ShardComputer;
import io.lota4j.cli.ShardOrder;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.ShardSums;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/// Computes something of a shard in an executor. Base, rows and mask are opened once a process and kept; no other
/// state is left by a task, so that it may be tried again anywhere.
final class ShardTask<T extends Serializable> implements Function<Integer, ShardTask.Outcome<T>> {
    private static final long serialVersionUID = 1;

    /// What is open in this process; guarded by the class, as a process has one libtorch.
    private static @Nullable ShardComputer open;

    private final ShardOrder order;
    private final Part<T> part;

    ShardTask(ShardOrder order, Part<T> part) {
        this.order = order;
        this.part = part;
    }

    /// What is computed of each shard.
    sealed interface Part<T extends Serializable> extends Serializable {
        /// @param shard from 0
        T of(ShardComputer computer, int shard);
    }

    /// What a shard adds to a step of all.
    ///
    /// @param step from 1
    /// @param values that the trained weights have
    record StepPart(long step, Broadcast<float[]> values) implements Part<ShardSums> {
        @Override
        public ShardSums of(ShardComputer computer, int shard) {
            return computer.compute(step, shard, values.value());
        }
    }

    /// What a shard comes to by steps of its own.
    ///
    /// @param from the first step, from 1
    /// @param values that all shards begin with
    /// @param optimizers the state of each shard's, of which an executor fetches those of its shards
    record RoundPart(long from, int steps, Broadcast<float[]> values, List<Broadcast<OptimizerState>> optimizers)
            implements Part<ReplicaRound> {
        @Override
        public ReplicaRound of(ShardComputer computer, int shard) {
            return computer.round(
                    from, steps, shard, values.value(), optimizers.get(shard).value());
        }
    }

    /// What became of a shard.
    ///
    /// @param host where it was computed, and the number of the process there
    /// @param machine what its bits depend on beside the run
    /// @param result null: it failed
    /// @param failure what was wrong. No exception, for Spark would try again what fails again
    record Outcome<T extends Serializable>(
            String host,
            Map<String, String> machine,
            @Nullable T result,
            @Nullable String failure) implements Serializable {}

    @Override
    public Outcome<T> call(Integer shard) {
        synchronized (ShardTask.class) {
            String host = Hosts.own();
            try {
                ShardComputer computer = computer();
                return new Outcome<>(host, computer.machine(), part.of(computer, shard), null);
            } catch (LotaException e) {
                return new Outcome<>(host, Map.of(), null, e.getMessage());
            }
        }
    }

    private ShardComputer computer() {
        ShardComputer there = open;
        if (there != null && there.order().equals(order)) {
            return there;
        }
        if (there != null) {
            there.close();
            open = null;
        }
        ShardComputer opened = ShardComputer.open(order);
        open = opened;
        return opened;
    }
}
