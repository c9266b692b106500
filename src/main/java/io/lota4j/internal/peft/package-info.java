/// Adapters as PEFT writes them: their folders, their configuration, what their tensors are called. The one place that
/// knows PEFT's names.
@NullMarked
package io.lota4j.internal.peft;

import org.jspecify.annotations.NullMarked;
