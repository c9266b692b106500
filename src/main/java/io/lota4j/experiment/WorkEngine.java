package io.lota4j.experiment;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Does the works of an experiment in other processes, such as those of a cluster. The command line finds engines by
/// [java.util.ServiceLoader].
public interface WorkEngine {
    /// What it is asked for by, such as `spark`.
    String name();

    /// The same engine at an address.
    ///
    /// @param address in the engine's own form
    WorkEngine at(String address);

    /// What it would do, in whole sentences.
    List<String> plan(WorkPlan plan);

    /// Does all works of a queue, each by a [WorkRun] in some process.
    ///
    /// @param order what every process is told
    /// @param queue hands out works; one thread may use it
    /// @param says told whole sentences about works
    /// @param stop asked now and then
    /// @return whether all are done; false: stopped
    /// @throws io.lota4j.LotaException if a work fails, with its name and where it was done
    boolean run(WorkOrder order, WorkQueue queue, Consumer<String> says, BooleanSupplier stop);
}
