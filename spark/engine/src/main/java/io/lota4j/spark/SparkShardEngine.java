package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.cli.ShardEngine;
import io.lota4j.cli.ShardOrder;
import io.lota4j.internal.Text;
import io.lota4j.train.ShardSums;
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

/// Computes the shards of a training's steps as tasks of Spark, a job a step. The values go out to each executor once a
/// step, and a shard's sums come back; what is lost with an executor is computed again, to the same bits. The driver
/// alone has the optimizer's state and writes.
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
    public List<String> plan(int shards, long values, long memory) {
        return new Settings(new SparkConf(), master).plan(shards, values, memory);
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
        private ShardTask.@Nullable Outcome first;

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
            ShardOrder begun = order;
            JavaRDD<Integer> numbers = shards;
            if (begun == null || numbers == null) {
                throw new IllegalStateException("the run has not begun");
            }
            spark.sc().setJobDescription(Text.format("step %d", step));
            Broadcast<float[]> sent = spark.broadcast(values);
            try {
                List<ShardSums> sums = new ArrayList<>();
                // In the order of the partitions, whichever ended first.
                for (ShardTask.Outcome outcome : SparkJobs.outcome(
                        Text.format("Step %d", step),
                        numbers.map(new ShardTask(begun, step, sent)).collectAsync())) {
                    sums.add(sums(step, sums.size(), outcome));
                }
                return sums;
            } finally {
                sent.destroy();
            }
        }

        private ShardSums sums(long step, int shard, ShardTask.Outcome outcome) {
            ShardSums sums = outcome.sums();
            if (sums == null) {
                throw new LotaException(Text.format(
                        "Step %d, shard %d, on %s: %s", step, shard + 1, outcome.host(), outcome.failure()));
            }
            if (first == null) {
                first = outcome;
            }
            requireAlike(first, outcome);
            return sums;
        }

        /// Products of other instructions or libraries have other bits.
        private static void requireAlike(ShardTask.Outcome one, ShardTask.Outcome other) {
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
