package io.lota4j.internal.metrics;

import io.lota4j.internal.Text;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The tasks of a run, one after the other, and who trains them.
///
/// @param order tasks, one a stage; of merges those that went in
/// @param by how somebody else trains tasks, by task: empty text for as the run's method does
public record Course(List<String> order, Map<String, String> by) {
    /// Copies both.
    public Course {
        order = List.copyOf(order);
        by = Map.copyOf(by);
    }

    /// `sql, then contrary (unprotected, by lora r8 at 0.001)`.
    public String words() {
        return order.stream().map(this::words).collect(Collectors.joining(", then "));
    }

    private String words(String task) {
        String how = by.get(task);
        if (how == null) {
            return task;
        }
        return how.isEmpty() ? task + " (unprotected)" : Text.format("%s (unprotected, by %s)", task, how);
    }
}
