package io.lota4j.train;

/// How the learning rate moves after the warm-up, which rises in equal parts to the full rate.
public enum Schedule {
    CONSTANT,
    /// Falls in equal parts, reaching zero one step after the last.
    LINEAR,
    /// Falls along half a cosine, reaching zero one step after the last.
    COSINE;

    /// The share of the full rate at `step` = 1, 2, … of `steps`.
    public double factor(long step, long steps, long warmup) {
        if (step <= warmup) {
            return (double) step / warmup;
        }
        double progress = (double) (step - 1 - warmup) / Math.max(1, steps - warmup);
        return switch (this) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - progress;
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
        };
    }
}
