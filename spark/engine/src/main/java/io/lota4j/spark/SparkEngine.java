package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.experiment.Work;
import io.lota4j.experiment.WorkEngine;
import io.lota4j.experiment.WorkOrder;
import io.lota4j.experiment.WorkPlan;
import io.lota4j.experiment.WorkQueue;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/// Does works as tasks of Spark, each a job of its own that is started when what it needs is done. Nothing is exchanged
/// between tasks: what one leaves lies on storage that all machines see.
public final class SparkEngine implements WorkEngine {
    static final String NAME = "spark";

    /// Between two looks at what is done, in milliseconds.
    private static final long PAUSE = 200;

    /// What tasks that are told to stop are given, in seconds.
    private static final long GRACE = 30;

    private final Optional<String> master;

    /// With the master that Spark's settings name, as `spark-submit` does.
    public SparkEngine() {
        this(Optional.empty());
    }

    private SparkEngine(Optional<String> master) {
        this.master = master;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public WorkEngine at(String address) {
        return new SparkEngine(Optional.of(address));
    }

    @Override
    public List<String> plan(WorkPlan plan) {
        return new Settings(new SparkConf(), master).plan(plan);
    }

    @Override
    public boolean run(WorkOrder order, WorkQueue queue, Consumer<String> says, BooleanSupplier stop) {
        SparkConf settings = new Settings(new SparkConf(), master).complete("lota run " + order.file(), says);
        try (JavaSparkContext spark = new JavaSparkContext(settings)) {
            return run(spark, order, queue, says, stop);
        }
    }

    private record Running(Work work, JavaFutureAction<List<WorkTask.Outcome>> job) {}

    private static boolean run(
            JavaSparkContext spark, WorkOrder order, WorkQueue queue, Consumer<String> says, BooleanSupplier stop) {
        List<Running> running = new ArrayList<>();
        try {
            start(spark, order, queue, running);
            while (!running.isEmpty()) {
                if (stop.getAsBoolean()) {
                    return false;
                }
                if (end(running, queue, says)) {
                    start(spark, order, queue, running);
                }
            }
            return true;
        } finally {
            running.forEach(left -> left.job().cancel(true));
            awaitIdle(spark);
        }
    }

    /// A training that is told to stop writes its state first, from which another run goes on.
    private static void awaitIdle(JavaSparkContext spark) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE);
        while (System.nanoTime() < end && !Thread.currentThread().isInterrupted() && isBusy(spark)) {
            pause();
        }
    }

    private static boolean isBusy(JavaSparkContext spark) {
        return !spark.sc().isStopped()
                && Arrays.stream(spark.sc().statusTracker().getExecutorInfos())
                        .anyMatch(executor -> executor.numRunningTasks() > 0);
    }

    private static void start(JavaSparkContext spark, WorkOrder order, WorkQueue queue, List<Running> running) {
        for (Work work : queue.take()) {
            spark.sc().setJobDescription(work.name());
            running.add(new Running(
                    work,
                    spark.parallelize(List.of(work), 1).map(new WorkTask(order)).collectAsync()));
        }
    }

    /// Takes what has ended out of the list.
    ///
    /// @return whether something has
    private static boolean end(List<Running> running, WorkQueue queue, Consumer<String> says) {
        boolean ended = false;
        for (Iterator<Running> each = running.iterator(); each.hasNext(); ) {
            Running one = each.next();
            if (one.job().isDone()) {
                each.remove();
                end(one, queue, says);
                ended = true;
            }
        }
        if (!ended) {
            pause();
        }
        return ended;
    }

    private static void end(Running one, WorkQueue queue, Consumer<String> says) {
        WorkTask.Outcome outcome =
                SparkJobs.outcome(one.work().name(), one.job()).getFirst();
        outcome.warnings().forEach(warning -> says.accept("lota: warning: " + warning));
        if (outcome.failure() != null) {
            throw new LotaException(Text.format("%s, on %s: %s", one.work().name(), outcome.host(), outcome.failure()));
        }
        queue.done(one.work(), outcome.host());
        says.accept(Text.format(
                "lota: done on %s: %s; %d left", outcome.host(), one.work().name(), queue.size()));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE);
        } catch (InterruptedException e) {
            // The stop that is asked for next says so.
            Thread.currentThread().interrupt();
        }
    }
}
