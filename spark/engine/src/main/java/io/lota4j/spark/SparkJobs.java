package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;

/// Waits for Spark's jobs.
final class SparkJobs {
    private SparkJobs() {}

    /// What a job gives.
    ///
    /// @param what it is, for messages
    /// @throws LotaException if Spark gave it up
    static <T> List<T> outcome(String what, JavaFutureAction<List<T>> job) {
        try {
            return job.get();
        } catch (InterruptedException e) {
            job.cancel(true);
            Thread.currentThread().interrupt();
            throw new LotaException(what + ": the wait for its end was interrupted.", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            // Behind the first line come places in Spark's code.
            String reason =
                    String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
            throw new LotaException(
                    Text.format(
                            "%s: Spark gave it up: %s Spark's log tells more. What is done stays; the same command goes"
                                    + " on from there.",
                            what, reason),
                    e);
        }
    }
}
