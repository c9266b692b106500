package io.lota4j.cli;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Build;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.mask.Pool;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.MetricsFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Figures of one command as an experiment leaves them, so that a page shows them.
///
/// @param folder that they go to
/// @param base the base's directory
/// @param seconds that it took
record MeasuredFolder(Path folder, Path base, String fingerprint, double seconds) {
    /// @param name a title
    void write(String name, List<Metric> metrics) {
        AtomicFile.write(folder.resolve(Results.METRICS_FILE), MetricsFile.text(metrics));
        RunFiles.write(
                folder.resolve(Results.RUN_FILE),
                new RunFile(
                        RunFile.FORMAT,
                        name,
                        null,
                        "lota guard",
                        "",
                        model(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Build.versions(),
                        Build.machine(),
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                        seconds,
                        true,
                        null,
                        List.of(),
                        List.of()));
    }

    private RunFile.Base model() {
        try (Checkpoint files = Checkpoint.open(base)) {
            long weights = files.tensors().values().stream()
                    .mapToLong(tensor -> tensor.shape().numel())
                    .sum();
            long pool = Pool.standard().select(files.tensors()).values().stream()
                    .mapToLong(Shape::numel)
                    .sum();
            return new RunFile.Base(base.getFileName().toString(), fingerprint, weights, pool);
        }
    }
}
