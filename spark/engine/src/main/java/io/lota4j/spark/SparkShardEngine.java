package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.cli.ShardEngine;
import io.lota4j.cli.ShardOrder;
import io.lota4j.internal.Text;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.ShardSums;
import io.lota4j.train.TrainConfig;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/// Computes the shards of a training's steps as tasks of Spark, a job a step, or a round of steps where shards take
/// them apart. The values go out to each executor once a job, and what a shard comes to comes back; what is lost
/// with an executor is computed again, to the same bits. The driver alone keeps state and writes.
public final class SparkShardEngine implements ShardEngine {
    private final Optional<String> master;

    /// With the master that Spark's settings name, as `spark-submit` does.
    public SparkShardEngine() {
        this(Optional.empty());
    }

    private SparkShardEngine(Optional<String> master) {
        this.master = master;
    }

    @Override
    public String name() {
        return SparkEngine.NAME;
    }

    @Override
    public ShardEngine at(String address) {
        return new SparkShardEngine(Optional.of(address));
    }

    @Override
    public List<String> plan(TrainConfig config, long values, long memory) {
        return new Settings(new SparkConf(), master).plan(config, values, memory);
    }

    @Override
    public Processes open(ShardOrder order, Consumer<String> says) {
        SparkConf settings = new Settings(new SparkConf(), master).complete("lota train", says);
        // The driver asks for all shards' sums at once, which is what a step is made of.
        settings.setIfMissing("spark.driver.maxResultSize", "0");
        return new Executors(new JavaSparkContext(settings), order);
    }

    private static final class Executors implements Processes {
        private final JavaSparkContext spark;
        private final ShardOrder asked;
        private @Nullable ShardOrder order;
        private @Nullable JavaRDD<Integer> shards;
        private ShardTask.@Nullable Outcome<?> first;

        Executors(JavaSparkContext spark, ShardOrder asked) {
            this.spark = spark;
            this.asked = asked;
        }

        @Override
        public void begin(Map<String, String> identity) {
            order = asked.of(identity);
            shards =
                    spark.parallelize(IntStream.range(0, asked.shards()).boxed().toList(), asked.shards());
        }

        @Override
        public List<ShardSums> of(long step, float[] values) {
            Broadcast<float[]> sent = spark.broadcast(values);
            try {
                return computed(Text.format("Step %d", step), new ShardTask.StepPart(step, sent));
            } finally {
                sent.destroy();
            }
        }

        @Override
        public List<ReplicaRound> round(long from, int steps, float[] values, List<OptimizerState> optimizers) {
            Broadcast<float[]> sent = spark.broadcast(values);
            // One for each shard, since an executor fetches only what its tasks read.
            List<Broadcast<OptimizerState>> states =
                    optimizers.stream().map(spark::broadcast).toList();
            try {
                return computed(
                        Text.format("Steps %d to %d", from, from + steps - 1),
                        new ShardTask.RoundPart(from, steps, sent, states));
            } finally {
                sent.destroy();
                states.forEach(Broadcast::destroy);
            }
        }

        /// In the order of the shards, whichever ended first.
        private <T extends Serializable> List<T> computed(String what, ShardTask.Part<T> part) {
            ShardOrder begun = order;
            JavaRDD<Integer> numbers = shards;
            if (begun == null || numbers == null) {
                throw new IllegalStateException("the run has not begun");
            }
            spark.sc().setJobDescription(what);
            List<T> results = new ArrayList<>();
            for (ShardTask.Outcome<T> outcome : SparkJobs.outcome(
                    what, numbers.map(new ShardTask<>(begun, part)).collectAsync())) {
                results.add(result(what, results.size(), outcome));
            }
            return results;
        }

        private <T extends Serializable> T result(String what, int shard, ShardTask.Outcome<T> outcome) {
            T result = outcome.result();
            if (result == null) {
                throw new LotaException(
                        Text.format("%s, shard %d, on %s: %s", what, shard + 1, outcome.host(), outcome.failure()));
            }
            if (first == null) {
                first = outcome;
            }
            requireAlike(first, outcome);
            return result;
        }

        /// Products of other instructions or libraries have other bits.
        private static void requireAlike(ShardTask.Outcome<?> one, ShardTask.Outcome<?> other) {
            one.machine().forEach((what, value) -> {
                String found = other.machine().getOrDefault(what, "none");
                if (!found.equals(value)) {
                    throw new LotaException(Text.format(
                            "Executors compute otherwise than each other, so that a step would have other bits with"
                                    + " each that does a shard: of %s the %s is %s, of %s %s. Take machines of one kind"
                                    + " with the same versions.",
                            one.host(), what, value, other.host(), found));
                }
            });
        }

        @Override
        public void close() {
            spark.close();
        }
    }
}
