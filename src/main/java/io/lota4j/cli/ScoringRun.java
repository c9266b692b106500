package io.lota4j.cli;

import io.lota4j.Calibration;
import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.internal.ProcessMemory;
import io.lota4j.internal.Text;
import io.lota4j.mask.Mask;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.attribution.Attribution;

/// Finds a mask by a score in front of a user, with a progress line.
///
/// @param messages where messages go
record ScoringRun(Attribution.OfRows by, Calibration how, Messages messages) {
    Mask run(Lota lota, Dataset data) {
        MemoryEstimate predicted = lota.memory(by, how);
        Mask mask = scored(lota, data);
        ProcessMemory.peak()
                .ifPresent(peak -> messages.note(Text.format(
                        "peak memory %s, predicted %s", Words.bytes(peak), Words.bytes(predicted.total()))));
        return mask;
    }

    private Mask scored(Lota lota, Dataset data) {
        try (ProgressBar bar = messages.bar(by.name())) {
            return lota.mask(by, data, how, bar::tokens, () -> false).orElseThrow();
        }
    }
}
