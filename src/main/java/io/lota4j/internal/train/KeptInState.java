package io.lota4j.internal.train;

import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorSource;
import java.util.List;

/// What is made once before a run's first step, and kept with the run's state so that it is not made again.
public interface KeptInState {
    /// What a run's state keeps of it: nothing before all is there.
    void addTo(List<TensorSource> tensors);

    /// Takes what a run's state has kept.
    ///
    /// @param step that the run has reached
    /// @throws io.lota4j.LotaException if it is missing, or no such thing, after the first step
    void read(SafetensorsFile state, long step);
}
