/// Calibration and sparse fine-tuning: objectives, optimizers, schedules, clipping, run state and resume.
@NullMarked
package io.lota4j.internal.train;

import org.jspecify.annotations.NullMarked;
