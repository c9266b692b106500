package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Build;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.ShardWorker;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.ShardSums;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;

/// Computes shards of the run of a `lota train` that goes through its steps in another process. Base, rows and mask are
/// read where the command's arguments say. One thread may use it at a time.
public final class ShardComputer implements AutoCloseable {
    private final ShardOrder order;
    private final Job job;
    private final ShardWorker worker;
    private final Map<String, String> machine;

    private ShardComputer(ShardOrder order, Job job) {
        this.order = order;
        this.job = job;
        this.worker = new ShardWorker(job);
        this.machine = machine(job);
    }

    /// Opens what the run has opened.
    ///
    /// @throws LotaException if something is not there, or is another than the run's, naming both
    public static ShardComputer open(ShardOrder order) {
        PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
        Commands commands = Commands.standard();
        CommandLine line = CommandLines.of(commands.find(TrainCommand.NAME).orElseThrow(), nowhere, nowhere);
        line.parseArgs(order.arguments().toArray(String[]::new));
        TrainCommand command = line.getCommand();
        Job job = command.job(order.lr());
        try {
            requireSame(order.identity(), job.identity());
            return new ShardComputer(order, job);
        } catch (LotaException other) {
            close(job);
            throw other;
        }
    }

    private static void requireSame(Map<String, String> expected, Map<String, String> found) {
        expected.forEach((key, value) -> {
            String here = found.getOrDefault(key, "none");
            if (!here.equals(value)) {
                throw new LotaException(Text.format(
                        "The %s of the run is %s, but here it is %s. All machines need the same base, rows and mask at"
                                + " the same paths.",
                        key, value, here));
            }
        });
    }

    /// What it was opened for.
    public ShardOrder order() {
        return order;
    }

    /// What the bits of a shard depend on beside the run: the same on all machines whose shards are added up.
    public Map<String, String> machine() {
        return machine;
    }

    private static Map<String, String> machine(Job job) {
        Map<String, String> machine = new TreeMap<>(Build.versions());
        machine.put("system", Build.machine().get("system"));
        machine.put("instructions", Build.instructions());
        machine.put("threads", Integer.toString(Torch.threads()));
        machine.put("kernel", KernelOptions.line(job.kernel()));
        return machine;
    }

    /// What a shard adds to a step.
    ///
    /// @param step from 1
    /// @param shard from 0
    /// @param values that the trained weights have, F32
    public ShardSums compute(long step, int shard, float[] values) {
        return worker.compute(step, shard, values);
    }

    /// What a shard comes to by steps of its own.
    ///
    /// @param from the first step, from 1
    /// @param steps how many
    /// @param shard from 0
    /// @param values that it begins with, F32
    /// @param optimizer the state of the shard's optimizer
    public ReplicaRound round(long from, int steps, int shard, float[] values, OptimizerState optimizer) {
        return worker.round(from, steps, shard, values, optimizer);
    }

    @Override
    public void close() {
        worker.close();
        close(job);
    }

    private static void close(Job job) {
        job.kernel().close();
        job.model().close();
    }
}
