package io.lota4j.internal.kernel;

import io.lota4j.internal.memory.Buffer;
import org.jspecify.annotations.Nullable;

/// An optimizer's state for one weight's entries, F32, in entry order, zero before the first step.
///
/// @param first momentum (AdamW, SGD), else null
/// @param second mean square (AdamW, RMSprop), else null
public record Moments(@Nullable Buffer first, @Nullable Buffer second) {}
