package io.lota4j;

import io.lota4j.merge.FactorSearch;
import io.lota4j.merge.run.MergeReport;

/// A merge whose changes were multiplied by one factor, chosen on validation rows.
///
/// @param factor what was tried and chosen
/// @param merged what each ticket brought and kept
public record TunedMerge(FactorSearch factor, MergeReport merged) {}
