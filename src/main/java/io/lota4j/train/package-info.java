/// Calibration and sparse fine-tuning: settings, progress, state of a run.
@NullMarked
package io.lota4j.train;

import org.jspecify.annotations.NullMarked;
