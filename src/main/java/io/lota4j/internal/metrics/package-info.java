/// Figures of runs: what was measured, of what and where, as records and as JSON lines.
@NullMarked
package io.lota4j.internal.metrics;

import org.jspecify.annotations.NullMarked;
