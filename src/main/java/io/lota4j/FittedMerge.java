package io.lota4j;

import io.lota4j.merge.run.MergeReport;
import io.lota4j.train.fit.Fitted;

/// A merge whose coefficients were fitted.
///
/// @param fit the coefficients, and how near the merge came to each ticket
/// @param merged what each ticket brought and kept
public record FittedMerge(Fitted fit, MergeReport merged) {}
