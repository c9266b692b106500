package io.lota4j.spark;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.experiment.Work;
import io.lota4j.experiment.WorkOrder;
import io.lota4j.experiment.WorkRun;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.jspecify.annotations.Nullable;

/// Does a work in an executor. Everything it knows but the work is opened once a process and kept: libtorch is one, and
/// data is read once.
final class WorkTask implements Function<Work, WorkTask.Outcome> {
    private static final long serialVersionUID = 1;

    /// What is open in this process; guarded by the class, as a process does one work at a time.
    private static @Nullable Open open;

    private final WorkOrder order;

    WorkTask(WorkOrder order) {
        this.order = order;
    }

    /// What became of a work.
    ///
    /// @param host where it was done, and the number of the process there
    /// @param warnings in whole sentences
    /// @param failure what was wrong; null: it is done. No exception, for Spark would try again what fails again
    record Outcome(
            String host, List<String> warnings, @Nullable String failure) implements java.io.Serializable {}

    private record Open(WorkOrder order, WorkRun run) {}

    @Override
    public Outcome call(Work work) {
        synchronized (WorkTask.class) {
            String host = Hosts.own();
            try {
                return new Outcome(host, run().run(work), null);
            } catch (LotaException e) {
                return new Outcome(host, List.of(), e.getMessage());
            }
        }
    }

    private WorkRun run() {
        Open there = open;
        if (there != null && there.order().equals(order)) {
            return there.run();
        }
        if (there != null) {
            there.run().close();
            open = null;
        }
        WorkRun run = Lota.works(order, WorkTask::isEnded);
        open = new Open(order, run);
        return run;
    }

    /// Whether Spark has given the task up that the thread is at.
    private static boolean isEnded() {
        TaskContext task = TaskContext.get();
        return task != null && task.isInterrupted();
    }
}
