package io.lota4j.train;

import io.lota4j.internal.events.EventFile;
import io.lota4j.internal.events.Scalar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run's steps as TensorBoard's curves.
///
/// @param file to add to, or null for none
public record Curves(@Nullable EventFile file) implements AutoCloseable {
    /// Starts an event file.
    ///
    /// @param directory to start it in, or null for none
    /// @throws io.lota4j.LotaException if it cannot be made or written
    public static Curves open(@Nullable Path directory) {
        return new Curves(directory == null ? null : EventFile.open(directory));
    }

    /// Adds a step's points.
    public void add(Progress p) {
        if (file != null) {
            List<Scalar> points = new ArrayList<>(List.of(
                    new Scalar("train/loss", p.loss()),
                    new Scalar("train/gradient_norm", p.gradientNorm()),
                    new Scalar("train/lr", p.lr()),
                    new Scalar("train/tokens_per_second", p.tokensPerSecond())));
            p.figures().forEach((name, value) -> points.add(new Scalar("train/" + name, value)));
            file.add(p.step(), points);
        }
    }

    /// Adds a point of the held-out rows.
    public void add(HeldOutLoss score) {
        if (file != null) {
            List<Scalar> points = new ArrayList<>(List.of(new Scalar("eval/loss", score.loss())));
            score.figures().forEach((name, value) -> points.add(new Scalar("eval/" + name, value)));
            file.add(score.step(), points);
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
