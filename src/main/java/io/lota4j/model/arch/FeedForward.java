package io.lota4j.model.arch;

import io.lota4j.model.layer.Step;
import java.util.List;

/// What a layer has behind its attention.
interface FeedForward {
    /// The steps from a value to a value, both as wide as the residual stream.
    List<Step> steps(String in, String out);
}
