package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.cli.ShardComputer;
import io.lota4j.cli.ShardOrder;
import io.lota4j.train.ShardSums;
import java.io.Serializable;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/// Computes a shard of a step in an executor. Base, rows and mask are opened once a process and kept; no other state is
/// left by a task, so that it may be tried again anywhere.
final class ShardTask implements Function<Integer, ShardTask.Outcome> {
    private static final long serialVersionUID = 1;

    /// What is open in this process; guarded by the class, as a process has one libtorch.
    private static @Nullable ShardComputer open;

    private final ShardOrder order;
    private final long step;
    private final Broadcast<float[]> values;

    /// @param step from 1
    /// @param values that the trained weights have
    ShardTask(ShardOrder order, long step, Broadcast<float[]> values) {
        this.order = order;
        this.step = step;
        this.values = values;
    }

    /// What became of a shard.
    ///
    /// @param host where it was computed, and the number of the process there
    /// @param machine what its bits depend on beside the run
    /// @param sums null: it failed
    /// @param failure what was wrong. No exception, for Spark would try again what fails again
    record Outcome(
            String host,
            Map<String, String> machine,
            @Nullable ShardSums sums,
            @Nullable String failure)
            implements Serializable {}

    @Override
    public Outcome call(Integer shard) {
        synchronized (ShardTask.class) {
            String host = Hosts.own();
            try {
                ShardComputer computer = computer();
                return new Outcome(
                        host, computer.machine(), computer.compute(step, shard, values.value()), null);
            } catch (LotaException e) {
                return new Outcome(host, Map.of(), null, e.getMessage());
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
