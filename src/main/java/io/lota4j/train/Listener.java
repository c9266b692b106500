package io.lota4j.train;

/// Hears of every step, on the training thread.
@FunctionalInterface
public interface Listener {
    void step(Progress progress);
}
