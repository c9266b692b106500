package io.lota4j.experiment;

import java.util.List;
import java.util.SequencedMap;

/// What is left to do in a grid.
///
/// @param runs each with what is its own: work that runs share is counted with the first
/// @param stages how many there are in all, shared ones once
/// @param done how many of them are done
/// @param rates measured just now, tokens per second, by what was done
public record Estimate(List<Line> runs, int stages, int done, SequencedMap<String, Double> rates) {
    /// @param name of the run
    /// @param trained tokens of training and choosing masks
    /// @param scored tokens of scoring, prompts included; generated ones at most
    /// @param seconds that both take
    public record Line(String name, long trained, long scored, double seconds) {}

    public long trained() {
        return runs.stream().mapToLong(Line::trained).sum();
    }

    public long scored() {
        return runs.stream().mapToLong(Line::scored).sum();
    }

    public double seconds() {
        return runs.stream().mapToDouble(Line::seconds).sum();
    }
}
