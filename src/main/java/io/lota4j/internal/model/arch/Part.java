package io.lota4j.internal.model.arch;

import io.lota4j.internal.model.layer.Step;
import java.util.List;

/// What a layer adds to the residual stream: attention or what is in its place, and an MLP or what is in its.
interface Part {
    /// The steps from a value to a value, both as wide as the residual stream.
    List<Step> steps(String in, String out);
}
